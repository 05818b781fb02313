// SPDX-License-Identifier: Apache-2.0

/// Regular expressions with intersection and complement, each kept once, so that equal ones are the same number.
///
/// What follows a scalar is again such an expression, its derivative (Brzozowski 1964); since sums and products are put
/// into one order, there are finitely many, and they are the states of a deterministic automaton.
struct PatternTerms {
    /// A term's number.
    typealias ID = Int32

    /// The kinds of terms.
    enum Term: Hashable {
        /// No text.
        case nothing
        /// The empty text.
        case empty
        /// Any text.
        case all
        /// One scalar of a set of classes.
        case set(Int32)
        case sequence(ID, ID)
        case union([ID])
        case intersection([ID])
        case complement(ID)
        case repetition(ID, least: Int32, most: Int32?)
        /// A term that is defined later and may contain itself.
        case variable(Int32)
    }

    /// What is known of a term.
    struct Facts {
        /// Whether the empty text matches.
        var isNullable: Bool
        /// Whether some text matches as soon as the term is not ``nothing``.
        var isPlain: Bool
        /// How deep a derivative goes.
        var depth: Int32
    }

    static let nothing: ID = 0
    static let empty: ID = 1
    static let all: ID = 2

    /// The number of classes of scalars.
    let classCount: Int
    private(set) var terms: [Term] = []
    private(set) var facts: [Facts] = []
    private var numbers: [Term: ID] = [:]
    /// Sets of classes, each kept once.
    private(set) var sets: [[Bool]] = []
    private var setNumbers: [[Bool]: Int32] = [:]
    var definitions: [ID] = []
    /// The derivatives of each term by class; -1 where it is not known, no row where none is.
    var derivatives: [[ID]] = []
    /// What is known about whether any text matches a term.
    var liveness: [ID: Bool] = [:]
    /// Whether something became too large; it was taken for ``nothing`` then.
    private(set) var isOverfull = false

    private static let deepest: Int32 = 400
    private static let mostTerms = 200_000
    /// Derivatives that are remembered, in terms times classes.
    private static let mostDerivatives = 20_000_000

    /// Only the simplest terms.
    init(classCount: Int) {
        self.classCount = classCount
        _ = self.number(of: .nothing, Facts(isNullable: false, isPlain: true, depth: 1))
        _ = self.number(of: .empty, Facts(isNullable: true, isPlain: true, depth: 1))
        _ = self.number(of: .all, Facts(isNullable: true, isPlain: true, depth: 1))
    }

    /// The number of a term in its simplest form.
    mutating func number(of term: Term, _ facts: @autoclosure () -> Facts) -> ID {
        if let known = self.numbers[term] { return known }
        let facts = facts()
        guard facts.depth <= Self.deepest, self.terms.count < Self.mostTerms,
            self.terms.count * self.classCount < Self.mostDerivatives
        else {
            self.isOverfull = true
            return Self.nothing
        }
        let number = ID(self.terms.count)
        self.terms.append(term)
        self.facts.append(facts)
        self.derivatives.append([])
        self.numbers[term] = number
        return number
    }

    /// The number of a set of classes.
    mutating func number(of set: [Bool]) -> Int32 {
        if let known = self.setNumbers[set] { return known }
        let number = Int32(self.sets.count)
        self.sets.append(set)
        self.setNumbers[set] = number
        return number
    }

    /// Whether the empty text matches a term.
    func isNullable(_ term: ID) -> Bool { self.facts[Int(term)].isNullable }

    /// Makes a term that is defined later; its definition reads a scalar before it comes to the term itself.
    mutating func makeVariable() -> (term: ID, index: Int) {
        let index = self.definitions.count
        self.definitions.append(Self.nothing)
        let facts = Facts(isNullable: false, isPlain: false, depth: 1)
        return (self.number(of: .variable(Int32(index)), facts), index)
    }

    /// Defines a variable.
    mutating func define(_ variable: (term: ID, index: Int), as term: ID) {
        self.definitions[variable.index] = term
        self.facts[Int(variable.term)].isNullable = self.isNullable(term)
        self.facts[Int(variable.term)].depth = self.facts[Int(term)].depth + 1
    }
}
