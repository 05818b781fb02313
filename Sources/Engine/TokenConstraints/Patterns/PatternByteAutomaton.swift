// SPDX-License-Identifier: Apache-2.0

/// The texts of a pattern as UTF-8.
package final class PatternByteAutomaton: ByteAutomaton {
    /// A place between two characters, or inside one.
    private struct Place: Hashable {
        let pattern: AutomatonState
        let character: UTF8Range?
    }

    private let pattern: PatternAutomaton
    private var rows = StateRows()
    private var places: [Place] = []
    private var numbers: [Place: AutomatonState] = [:]

    /// Where every text begins.
    package private(set) var start = AutomatonState.dead

    /// How many states there are, those of parts of the pattern included.
    package var stateCount: Int { self.rows.count + self.pattern.stateCount }

    /// Accepts what a pattern describes.
    ///
    /// - Throws: As ``PatternAutomaton/init(_:)``.
    package init(_ pattern: Pattern) throws {
        self.pattern = try PatternAutomaton(pattern)
        if !self.pattern.start.isDead { self.start = self.state(Place(pattern: self.pattern.start, character: nil)) }
    }

    /// The state after one more byte.
    package func next(_ state: AutomatonState, _ byte: UInt8) -> AutomatonState {
        guard !state.isDead else { return state }
        if let known = self.rows[state, byte] { return known }
        let place = self.places[Int(state.index)]
        let next = self.find(place, byte)
        // Places inside characters are many, and each knows few transitions: no row is kept for them.
        if place.character == nil { self.rows.set(state, byte, to: next) }
        return next
    }

    private func find(_ place: Place, _ byte: UInt8) -> AutomatonState {
        let character = place.character.map { $0.appending(byte) } ?? UTF8Range(first: byte)
        guard let character else { return .dead }
        if character.missing == 0 {
            let next = self.pattern.next(place.pattern, character.scalars.lowerBound)
            return next.isDead ? .dead : self.state(Place(pattern: next, character: nil))
        }
        guard self.pattern.isLive(place.pattern, someIn: character.scalars) else { return .dead }
        return self.state(Place(pattern: place.pattern, character: character))
    }

    private func state(_ place: Place) -> AutomatonState {
        if let known = self.numbers[place] { return known }
        let state = self.rows.append()
        self.places.append(place)
        self.numbers[place] = state
        return state
    }

    /// Whether the text may end here.
    package func accepts(_ state: AutomatonState) -> Bool {
        guard !state.isDead else { return false }
        let place = self.places[Int(state.index)]
        return place.character == nil && self.pattern.accepts(place.pattern)
    }

    /// The longest runs that are known to stay alive.
    package func freeText(_ state: AutomatonState) -> FreeText? {
        let place = self.places[Int(state.index)]
        guard place.character == nil else { return nil }
        var best: FreeText?
        for kind in [FreeText.Kind.line, .jsonString, .word] {
            guard let run = self.pattern.freeRun(place.pattern, of: kind) else { continue }
            if run.most > best?.most ?? 0 { best = run }
        }
        return best
    }
}
