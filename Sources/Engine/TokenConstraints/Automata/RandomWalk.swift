// SPDX-License-Identifier: Apache-2.0

/// Writes texts that an automaton allows, byte by byte at random: examples of what a constraint admits, and its hardest test.
///
/// For one thread at a time, as the automaton is.
package struct RandomWalk<Generator: RandomNumberGenerator> {
    /// What came of a walk.
    package enum Outcome: Sendable {
        /// A text that the automaton accepts.
        case text([UInt8])
        /// Nothing could follow, though the automaton said that something could.
        case deadEnd([UInt8])
        /// The walk was still not over.
        case tooLong([UInt8])
    }

    private let automaton: any ByteAutomaton
    private var generator: Generator
    private let hint: (AutomatonState) -> [UInt8]?
    private static var preferred: [UInt8] { Array("\"}]".utf8) }
    private static var blanks: [UInt8] { Array(" \n\r\t".utf8) }

    /// Prepares walks.
    ///
    /// - Parameters:
    ///   - automaton: What allows texts.
    ///   - generator: Where chance comes from.
    ///   - hint: Bytes that lead towards an end which chance would hardly find.
    package init(
        _ automaton: any ByteAutomaton, using generator: Generator,
        hint: @escaping (AutomatonState) -> [UInt8]? = { _ in nil }
    ) {
        self.automaton = automaton
        self.generator = generator
        self.hint = hint
    }

    /// Takes a walk.
    ///
    /// - Parameters:
    ///   - length: After how many bytes the walk looks for an end.
    ///   - most: After how many bytes it gives up.
    package mutating func next(length: Int = 120, most: Int = 20_000) -> Outcome {
        var state = self.automaton.start
        var text = [UInt8]()
        while text.count < most {
            if text.count > length || Bool.random(using: &self.generator), let bytes = self.hint(state) {
                text += bytes
                state = self.automaton.next(state, bytes)
                guard !state.isDead else { return .deadEnd(text) }
                continue
            }
            let live = (UInt8(0)...255).filter { !self.automaton.next(state, $0).isDead }
            let canEnd = self.automaton.accepts(state)
            if canEnd,
                live.allSatisfy(Self.blanks.contains) || text.count > length
                    || Int.random(in: 0..<4, using: &self.generator) == 0
            {
                return .text(text)
            }
            guard let byte = self.choose(live, isLate: text.count > length) else { return .deadEnd(text) }
            text.append(byte)
            state = self.automaton.next(state, byte)
        }
        return .tooLong(text)
    }

    private mutating func choose(_ live: [UInt8], isLate: Bool) -> UInt8? {
        if isLate, Int.random(in: 0..<8, using: &self.generator) > 0,
            let end = Self.preferred.first(where: live.contains)
        {
            return end
        }
        let closing = live.filter(Self.preferred.contains)
        if !closing.isEmpty, Int.random(in: 0..<4, using: &self.generator) == 0 {
            return closing.randomElement(using: &self.generator)
        }
        let inked = live.filter { !Self.blanks.contains($0) && $0 < 0x80 }
        if !inked.isEmpty, Int.random(in: 0..<12, using: &self.generator) > 0 {
            return inked.randomElement(using: &self.generator)
        }
        return live.randomElement(using: &self.generator)
    }
}

/// Random numbers that are the same every time (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts from a seed.
    package init(seed: UInt64) { self.state = seed }

    /// The next number.
    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
