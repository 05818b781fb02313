// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// Turns the syntax of patterns into terms.
///
/// Assertions look at what is before a place and at what follows it. What is before is known by its kind, for each of
/// which every part is translated apart; what follows is an intersection with all that comes later.
struct PatternTranslator {
    typealias ID = PatternTerms.ID

    /// What lies directly before a place.
    enum Before: CaseIterable {
        /// Nothing: the text begins here.
        case start
        /// A letter, a digit or `_`.
        case word
        /// Another scalar.
        case other
    }

    /// What follows a part, by what lies before that place.
    struct Follow: Equatable {
        var (start, word, other): (ID, ID, ID)

        init(_ term: (Before) throws -> ID) rethrows {
            (self.start, self.word, self.other) = (try term(.start), try term(.word), try term(.other))
        }

        static func == (one: Self, two: Self) -> Bool {
            (one.start, one.word, one.other) == (two.start, two.word, two.other)
        }

        subscript(before: Before) -> ID {
            switch before {
            case .start: self.start
            case .word: self.word
            case .other: self.other
            }
        }
    }

    var terms: PatternTerms
    let partition: ScalarPartition
    private let classes: [ScalarRanges: [Bool]]
    private let wordClasses: [Bool]
    private var parts = 0

    /// Counted repetitions of a part with assertions are written out so many times at most.
    private static let mostCopies = 64
    private static let mostParts = 10_000

    /// Prepares to translate some syntax.
    init(_ trees: [PatternTree]) {
        let words = ScalarRanges(.wordCharacters)
        var sets: Set<ScalarRanges> = [words, ScalarRanges(.all)]
        for tree in trees { tree.collectSets(into: &sets) }
        let list = Array(sets)
        let (partition, members) = ScalarPartition.parting(list)
        self.partition = partition
        self.terms = PatternTerms(classCount: partition.count)
        self.classes = Dictionary(uniqueKeysWithValues: zip(list, members))
        self.wordClasses = self.classes[words] ?? []
    }

    /// The term of a pattern.
    ///
    /// - Parameter trees: The syntax of its expressions, in order; those that were used are taken away.
    mutating func translate(_ pattern: Pattern, _ trees: inout ArraySlice<PatternTree>) throws -> ID {
        switch pattern {
        case .matching:
            // What comes before the place where it matches is any text, too.
            let search = PatternTree.sequence([
                .repetition(.scalar(.all), least: 0, most: nil), trees.popFirst() ?? .empty,
            ])
            return try self.translate(search, after: .start, Follow { _ in PatternTerms.all })
        case .whole, .literal:
            return try self.translate(trees.popFirst() ?? .empty, after: .start, Follow { _ in PatternTerms.empty })
        case .length(let least, let most):
            if let most, most < least { return PatternTerms.nothing }
            let scalar = self.terms.anyScalar()
            return self.terms.repetition(scalar, least: max(0, least), most: most)
        case .all(let parts):
            return self.terms.intersection(try parts.map { try self.translate($0, &trees) })
        case .any(let parts):
            return self.terms.union(try parts.map { try self.translate($0, &trees) })
        case .not(let part): return self.terms.complement(try self.translate(part, &trees))
        }
    }

    /// The term of a part and of all that follows it.
    private mutating func translate(_ tree: PatternTree, after before: Before, _ follow: Follow) throws -> ID {
        try self.countPart()
        guard tree.hasAssertions else { return try self.join(tree, after: before, follow) }
        switch tree {
        case .empty, .scalar: return try self.join(tree, after: before, follow)
        case .textStart: return before == .start ? follow.start : PatternTerms.nothing
        case .textEnd: return self.terms.intersection(follow[before], PatternTerms.empty)
        case .wordBoundary(let wanted):
            let word = self.terms.sequence(self.terms.set(self.wordClasses), PatternTerms.all)
            let goesOn = (before == .word) != wanted
            return self.terms.intersection(follow[before], goesOn ? word : self.terms.complement(word))
        case .lookAhead(let body, let isNegated):
            let ahead = try self.translate(body, after: before, Follow { _ in PatternTerms.all })
            return self.terms.intersection(follow[before], isNegated ? self.terms.complement(ahead) : ahead)
        case .sequence(let parts):
            var follow = follow
            for part in parts.dropFirst().reversed() {
                follow = try Follow { try self.translate(part, after: $0, follow) }
            }
            return try parts.first.map { try self.translate($0, after: before, follow) } ?? follow[before]
        case .choice(let branches):
            return self.terms.union(try branches.map { try self.translate($0, after: before, follow) })
        case .repetition(let body, let least, let most):
            return try self.repeated(body, least: least, most: most, follow)[before]
        }
    }

    /// What a repetition of a part with assertions is, and all that follows it.
    private mutating func repeated(_ body: PatternTree, least: Int, most: Int?, _ follow: Follow) throws -> Follow {
        guard max(least, most ?? 0) <= Self.mostCopies else {
            throw ConstraintError(
                .tooLarge,
                "A regular expression repeats a part with '^', '$', '\\b' or a look-ahead more than \(Self.mostCopies) times."
            )
        }
        var result = follow
        if let most {
            for _ in 0..<max(0, most - least) {
                let next = result
                result = try Follow {
                    self.terms.union(follow[$0], try self.translate(body, after: $0, next))
                }
            }
        } else {
            guard !body.mayBeEmpty else {
                throw ConstraintError(
                    .unsupported,
                    "A regular expression repeats without a limit a part that has an assertion and may match nothing.")
            }
            let variables = Before.allCases.map { ($0, self.terms.makeVariable()) }
            let loop = Follow { before in variables.first { $0.0 == before }?.1.term ?? PatternTerms.nothing }
            for (before, variable) in variables {
                let round = try self.translate(body, after: before, loop)
                self.terms.define(variable, as: self.terms.union(follow[before], round))
            }
            result = loop
        }
        for _ in 0..<least {
            let next = result
            result = try Follow { try self.translate(body, after: $0, next) }
        }
        return result
    }

    /// The term of a part without assertions and of all that follows it.
    private mutating func join(_ tree: PatternTree, after before: Before, _ follow: Follow) throws -> ID {
        if follow.word == follow.other, follow[before] == follow.word { return try self.plain(tree, follow.word) }
        let term = try self.plain(tree, PatternTerms.empty)
        let unread = self.terms.isNullable(term) ? follow[before] : PatternTerms.nothing
        let (word, other) = (self.wordClasses, self.wordClasses.map { !$0 })
        let read = [(word, follow.word), (other, follow.other)].map { classes, rest in
            let last = self.terms.sequence(PatternTerms.all, self.terms.set(classes))
            return self.terms.sequence(self.terms.intersection(term, last), rest)
        }
        if follow.word == follow.other {
            let some = self.terms.sequence(self.terms.anyScalar(), PatternTerms.all)
            let isRead = unread == PatternTerms.nothing ? term : self.terms.intersection(term, some)
            return self.terms.union(self.terms.sequence(isRead, follow.word), unread)
        }
        return self.terms.union(read + [unread])
    }

    /// The term of a part without assertions, followed by another term.
    private mutating func plain(_ tree: PatternTree, _ rest: ID) throws -> ID {
        try self.countPart()
        switch tree {
        case .scalar(let set):
            let classes = self.classes[ScalarRanges(set)] ?? []
            return self.terms.sequence(self.terms.set(classes), rest)
        case .sequence(let parts):
            var rest = rest
            for part in parts.reversed() { rest = try self.plain(part, rest) }
            return rest
        case .choice(let branches):
            let branches = try branches.map { try self.plain($0, PatternTerms.empty) }
            return self.terms.sequence(self.terms.union(branches), rest)
        case .repetition(let body, let least, let most):
            let body = try self.plain(body, PatternTerms.empty)
            return self.terms.sequence(self.terms.repetition(body, least: least, most: most), rest)
        case .empty, .textStart, .textEnd, .wordBoundary, .lookAhead: return rest
        }
    }

    private mutating func countPart() throws {
        self.parts += 1
        guard self.parts <= Self.mostParts, !self.terms.isOverfull else {
            throw ConstraintError(.tooLarge, "A regular expression is too large; write it shorter, or split it.")
        }
    }
}
