// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A grammar as steps over bytes; a rule is called where it is used, and returns.
struct GrammarProgram {
    /// A step.
    enum Step {
        /// Reads a byte of a range, then goes on.
        case byte(ClosedRange<UInt8>, next: Int32)
        /// Goes on in several places.
        case split([Int32])
        /// Goes through a rule, then on.
        case call(Int, next: Int32)
        /// A rule's end.
        case end
    }

    private(set) var steps: [Step] = []
    /// Where each rule begins.
    private(set) var starts: [Int32] = []
    /// Whether a rule's end can be reached from each step; nothing else is ever entered.
    private(set) var isLive: [Bool] = []
    let root: Int
    /// The step at which every rule ends.
    let end: Int32 = 0

    private static let mostSteps = 200_000

    /// Compiles rules.
    ///
    /// - Throws: ``ConstraintError`` when they are too large together, or a rule begins with itself.
    init(_ rules: [GrammarRule], root: Int) throws {
        self.root = root
        self.steps = [.end]
        for rule in rules { self.starts.append(try self.add(rule.body ?? .sequence([]), before: self.end)) }
        self.isLive = self.findLive()
        try self.checkRecursion(rules)
    }

    private mutating func add(_ step: Step) throws -> Int32 {
        guard self.steps.count < Self.mostSteps else {
            throw ConstraintError(
                .tooLarge, "The grammar is too large: repetitions multiply to more than \(Self.mostSteps) steps.")
        }
        self.steps.append(step)
        return Int32(self.steps.count - 1)
    }

    /// Adds the steps of a part that goes on at `next`; tells where it begins.
    private mutating func add(_ node: GrammarNode, before next: Int32) throws -> Int32 {
        switch node {
        case .literal(let text):
            return try text.utf8.reversed().reduce(next) { try self.add(.byte($1...$1, next: $0)) }
        case .scalar(let set):
            let branches = try set.ranges.flatMap(UTF8Sequences.sequences).map { sequence in
                try sequence.reversed().reduce(next) { try self.add(.byte($1, next: $0)) }
            }
            return branches.count == 1 ? branches[0] : try self.add(.split(branches))
        case .rule(let number): return try self.add(.call(number, next: next))
        case .sequence(let parts): return try parts.reversed().reduce(next) { try self.add($1, before: $0) }
        case .choice(let branches):
            let starts = try branches.map { try self.add($0, before: next) }
            return try self.add(.split(starts))
        case .repetition(let body, let least, let most):
            var start = next
            if let most {
                for _ in 0..<(most - least) {
                    start = try self.add(.split([try self.add(body, before: start), next]))
                }
            } else {
                start = try self.add(.split([]))
                let round = try self.add(body, before: start)
                self.steps[Int(start)] = .split([round, next])
            }
            for _ in 0..<least {
                let next = start
                start = try self.add(body, before: next)
                if start == next { break }  // Nothing, as often as one likes, is nothing.
            }
            return start
        }
    }

    // MARK: - Checks

    /// Finds out which steps lead to a rule's end.
    private func findLive() -> [Bool] {
        var isLive = [Bool](repeating: false, count: self.steps.count)
        var indices = Array(self.steps.indices.reversed())
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            // Rules may be in any order; going to and fro, few rounds are enough.
            indices.reverse()
            for index in indices where !isLive[index] {
                let live: Bool =
                    switch self.steps[index] {
                    case .end: true
                    case .byte(_, let next): isLive[Int(next)]
                    case .split(let branches): branches.contains { isLive[Int($0)] }
                    case .call(let rule, let next): isLive[Int(next)] && isLive[Int(self.starts[rule])]
                    }
                if live {
                    isLive[index] = true
                    hasChanged = true
                }
            }
        }
        return isLive
    }

    /// Sees to it that no rule comes to itself without reading anything.
    private func checkRecursion(_ rules: [GrammarRule]) throws {
        var calls = rules.map { _ in Set<Int>() }
        var mayBeEmpty = rules.map { _ in false }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for rule in rules.indices {
                let (found, isEmpty) = self.leading(from: self.starts[rule], mayBeEmpty)
                if found != calls[rule] || isEmpty != mayBeEmpty[rule] { hasChanged = true }
                (calls[rule], mayBeEmpty[rule]) = (found, isEmpty)
            }
        }
        for rule in rules.indices {
            var seen = calls[rule]
            var open = Array(seen)
            while let next = open.popLast() {
                for other in calls[next] where seen.insert(other).inserted { open.append(other) }
            }
            if seen.contains(rule) {
                throw ConstraintError(
                    .unsupported,
                    "The grammar's rule '\(rules[rule].name)' (\(rules[rule].place)) begins with itself (left recursion); write a repetition, such as item (\",\" item)*, instead."
                )
            }
        }
    }

    /// The rules that may be called before anything is read, and whether the end may be reached so.
    private func leading(from start: Int32, _ mayBeEmpty: [Bool]) -> (Set<Int>, Bool) {
        var (calls, seen, open) = (Set<Int>(), Set([start]), [start])
        while let index = open.popLast() {
            switch self.steps[Int(index)] {
            case .byte, .end: continue
            case .split(let branches): for branch in branches where seen.insert(branch).inserted { open.append(branch) }
            case .call(let rule, let next):
                calls.insert(rule)
                if mayBeEmpty[rule], seen.insert(next).inserted { open.append(next) }
            }
        }
        return (calls, seen.contains(self.end))
    }
}
