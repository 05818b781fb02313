// SPDX-License-Identifier: Apache-2.0

internal import TokenConstraints

extension TokenMask {
    /// Makes tokens impossible that are not in the set, and those beyond the vocabulary.
    func ban(in logits: UnsafeMutableBufferPointer<Float>) {
        for start in stride(from: 0, to: logits.count, by: 64) {
            let word = start >> 6 < self.words.count ? self.words[start >> 6] : 0
            if word == .max { continue }
            let part = UnsafeMutableBufferPointer(rebasing: logits[start..<min(start + 64, logits.count)])
            if word == 0 {
                part.update(repeating: -.infinity)
            } else {
                for index in part.indices where word >> UInt64(index) & 1 == 0 { part[index] = -.infinity }
            }
        }
    }

    /// The most likely token of the set; nil when it is empty.
    func best(of logits: UnsafeMutableBufferPointer<Float>) -> Int32? {
        self.tokens.filter { logits.indices.contains(Int($0)) }.max { one, other in
            let (left, right) = (logits[Int(one)], logits[Int(other)])
            return left < right || (left.isNaN && !right.isNaN)
        }
    }
}
