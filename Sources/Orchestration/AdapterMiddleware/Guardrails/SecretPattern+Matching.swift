// SPDX-License-Identifier: Apache-2.0

extension SecretPattern {
    /// Whether a secret stands at a place of a text that may go on.
    enum Match {
        case no
        /// What follows decides.
        case undecided
        /// It is one, at least up to this place.
        case secret(end: Int)
    }

    /// Longer runs without a digit are words.
    private static let longestWord = 128

    /// Looks for the secret at a place.
    func match(_ bytes: ArraySlice<UInt8>) -> Match {
        var place = bytes.startIndex
        for (index, part) in self.parts.enumerated() {
            for byte in part.literal {
                guard place < bytes.endIndex else { return .undecided }
                guard bytes[place] == byte else { return .no }
                place += 1
            }
            let start = place
            let isLast = index == self.parts.count - 1
            while place < bytes.endIndex, part.run.contains(bytes[place]) {
                place += 1
                if isLast, self.isEnough(bytes[start..<place], of: part) { return .secret(end: place) }
                if place - start > Self.longestWord * (isLast ? 1 : 16) { return .no }
            }
            guard place < bytes.endIndex else { return .undecided }
            if isLast || place - start < part.minimum { return .no }
        }
        return .no
    }

    private func isEnough(_ run: ArraySlice<UInt8>, of part: Part) -> Bool {
        run.count >= part.minimum && (!self.needsDigit || run.contains(where: ByteSet.digits.contains))
    }
}
