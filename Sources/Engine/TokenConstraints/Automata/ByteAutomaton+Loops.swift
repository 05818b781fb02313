// SPDX-License-Identifier: Apache-2.0

extension ByteAutomaton {
    /// A class of free text of which every scalar leads back to a state; nil when there is none.
    package func loop(at state: AutomatonState) -> FreeText? {
        // Hardly any state loops, and most that do so read letters.
        guard self.next(state, UInt8(ascii: "a")) == state else { return nil }
        return [FreeText.Kind.line, .jsonString, .word].first { self.loops(at: state, $0) }.map { FreeText($0) }
    }

    private func loops(at state: AutomatonState, _ kind: FreeText.Kind) -> Bool {
        for byte in UInt8(0)..<128 where kind.contains(Unicode.Scalar(byte)) {
            guard self.next(state, byte) == state else { return false }
        }
        if kind == .word { return true }
        // Places inside characters, each with the bytes that were read.
        var open: [(bytes: [UInt8], state: AutomatonState)] = [([], state)]
        var seen: Set<[Int32]> = []
        while let (bytes, place) = open.popLast() {
            for byte in UInt8(128)...UInt8.max {
                let longer = bytes + [byte]
                guard let range = UTF8Range(leading: longer) else { continue }
                if kind == .line, (0x2028...0x2029).contains(range.scalars.lowerBound), range.missing == 0 { continue }
                let next = self.next(place, byte)
                if range.missing == 0 {
                    guard next == state else { return false }
                    continue
                }
                guard !next.isDead else { return false }
                // Where all continuations are possible, places differ in nothing but the state.
                let isSpecial =
                    longer.count == 1 && [0xE0, 0xED, 0xF0, 0xF4].contains(byte)
                    || kind == .line && (longer == [0xE2] || longer == [0xE2, 0x80])
                let key = [next.index, Int32(range.missing), isSpecial ? Int32(byte) : 0]
                if seen.insert(key).inserted { open.append((longer, next)) }
            }
        }
        return true
    }
}
