// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Finds the tokens that would lengthen a repeated sequence (DRY).
struct SequenceRepetition {
    private let options: SamplingOptions.DRY
    private let breakers: SequenceBreakers
    /// Tokens since the last breaker; no repetition is longer.
    private var sinceBreaker = 0
    /// For each distance from the end, how many tokens before it are the same as the last ones.
    private var lengths: [Int32] = []
    /// The longest repetition that each token would lengthen.
    private var longest: [Int32: Int32] = [:]

    init(_ options: SamplingOptions.DRY, breakers: SequenceBreakers, prompt: [Int32]) {
        self.options = options
        self.breakers = breakers
        while self.sinceBreaker < prompt.count, !breakers.end(prompt.dropLast(self.sinceBreaker)) {
            self.sinceBreaker += 1
        }
    }

    /// Takes note of the last token.
    mutating func appended(to tokens: [Int32]) {
        self.sinceBreaker = self.breakers.end(tokens[...]) ? 0 : self.sinceBreaker + 1
    }

    /// Calls `body` with each token to penalise, and the penalty.
    mutating func penalties(after tokens: [Int32], _ body: (Int32, Float) -> Void) {
        let allowed = self.options.allowedLength
        guard self.sinceBreaker >= allowed else { return }
        self.measure(tokens.suffix(self.options.window ?? .max))
        for (token, length) in self.longest where !self.breakers.contain(token) {
            body(token, self.options.multiplier * powf(self.options.base, Float(Int(length) - allowed)))
        }
    }

    /// Finds the longest repetition that each token would lengthen, in one pass (the Z algorithm, from the end).
    private mutating func measure(_ tokens: ArraySlice<Int32>) {
        self.longest.removeAll(keepingCapacity: true)
        while self.lengths.count < tokens.count { self.lengths.append(0) }
        let (allowed, most) = (Int32(clamping: self.options.allowedLength), Int32(clamping: self.sinceBreaker))
        tokens.withUnsafeBufferPointer { tokens in
            let last = tokens.count - 1
            // The match that reaches furthest back: distances from `left` on equal those from 0 on, before `right`.
            var (left, right) = (0, 0)
            for distance in stride(from: 1, through: last, by: 1) {
                var length = distance < right ? min(right - distance, Int(self.lengths[distance - left])) : 0
                while distance + length <= last, tokens[last - length] == tokens[last - distance - length] {
                    length += 1
                }
                self.lengths[distance] = Int32(clamping: length)
                if distance + length > right { (left, right) = (distance, distance + length) }
                let repeated = min(self.lengths[distance], most)
                guard repeated >= allowed else { continue }
                let next = tokens[last - distance + 1]
                self.longest[next] = max(self.longest[next] ?? 0, repeated)
            }
        }
    }
}
