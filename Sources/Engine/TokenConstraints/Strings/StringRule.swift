// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What a string must be: accepted by an automaton, with a number of scalars within bounds.
struct StringRule: Sendable {
    /// Where a text is: the automaton's state, and how many scalars were read (no more than matter).
    struct Place: Hashable {
        var state: Int32
        var count: Int32
    }

    /// Accepts what the string may be, its length apart.
    let automaton: ScalarAutomaton
    /// The fewest scalars.
    let least: Int
    /// The most scalars; nil where there is no bound.
    let most: Int?
    private let lengths: StringLengths

    /// Makes a rule; bounds that the automaton keeps anyway are dropped.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge` if pattern and bounds together need too many states.
    init(_ automaton: ScalarAutomaton, least: Int = 0, most: Int? = nil) throws {
        let lengths = StringLengths(automaton)
        let start = Int(automaton.start)
        let isShort = !automaton.isEmpty && most.map { lengths.longest[start] <= $0 } ?? true
        let isLong = !automaton.isEmpty && lengths.shortest[start] >= least
        self.automaton = automaton
        self.least = isLong ? 0 : least
        self.most = isShort ? nil : most
        self.lengths = try lengths.counting(automaton, within: self.least, self.most)
    }

    /// Whether no string fits.
    var isEmpty: Bool { self.automaton.isEmpty || !self.isLive(self.start) }

    /// Where strings begin.
    var start: Place { Place(state: self.automaton.start, count: 0) }

    /// The place after a scalar; nil if no fitting string goes on so.
    func next(_ place: Place, _ scalar: UInt32) -> Place? {
        self.moved(place, to: self.automaton.next(place.state, scalar))
    }

    /// Whether a scalar of a range can follow.
    func canTake(_ place: Place, _ range: ClosedRange<UInt32>) -> Bool {
        self.automaton.successors(place.state, range).contains { self.moved(place, to: $0) != nil }
    }

    /// Whether the string may end here.
    func accepts(_ place: Place) -> Bool { self.automaton.accepting[Int(place.state)] && place.count >= self.least }

    /// Whether a string fits as a whole.
    func accepts(_ text: String) -> Bool {
        var place = self.start
        guard place.state != ScalarAutomaton.dead else { return false }
        for scalar in text.unicodeScalars {
            guard let next = self.next(place, scalar.value) else { return false }
            place = next
        }
        return self.accepts(place)
    }

    /// How many more scalars, whichever they are, are sure to be allowed; nil if that depends on which.
    func freedom(_ place: Place) -> Int? {
        guard self.automaton.universal[Int(place.state)] else { return nil }
        return self.most.map { $0 - Int(place.count) } ?? .max
    }

    private func moved(_ place: Place, to state: Int32) -> Place? {
        guard state != ScalarAutomaton.dead else { return nil }
        let count = self.most == nil ? min(place.count + 1, Int32(self.least)) : place.count + 1
        let next = Place(state: state, count: count)
        return self.isLive(next) ? next : nil
    }

    private func isLive(_ place: Place) -> Bool {
        self.lengths.canEnd(
            Int(place.state), after: max(0, self.least - Int(place.count)), self.most.map { $0 - Int(place.count) })
    }
}
