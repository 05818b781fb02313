// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// Decides for one sequence when to guess and how much, by what guesses brought so far.
final class DraftPlan {
    private let source: any DraftSource
    private let maximum: Int
    /// How often a guess was right lately.
    private var acceptance = 0.6
    private var stepsUntilProbe = 0
    /// Seconds that the source takes for a token.
    private var guessSeconds = 0.0

    /// How fast old outcomes are forgotten, per guessed token.
    private static let forgetting = 0.1
    /// Where guessing does not pay, one token is guessed every so often to see whether it does by now.
    private static let probeInterval = 32

    init(source: any DraftSource, maximum: Int) {
        self.source = source
        self.maximum = maximum
    }

    /// Tokens to check.
    ///
    /// - Parameters:
    ///   - tokens: The sequence so far.
    ///   - limit: The most tokens, 1 or more.
    ///   - sequences: Sequences that decode in the same step.
    ///   - costs: What steps cost.
    func propose(after tokens: [TokenID], limit: Int, sequences: Int, costs: StepCosts) -> [TokenID] {
        var length = costs.bestDraft(
            acceptance: self.acceptance, sequences: sequences, limit: min(limit, self.maximum),
            guessSeconds: self.guessSeconds)
        if length == 0 {
            self.stepsUntilProbe -= 1
            guard self.stepsUntilProbe < 0 else { return [] }
            self.stepsUntilProbe = Self.probeInterval
            length = 1
        }
        let clock = ContinuousClock()
        let start = clock.now
        let proposed = self.source.propose(after: tokens, limit: length)
        if !proposed.isEmpty {
            let seconds = start.duration(to: clock.now) / .seconds(1) / Double(proposed.count)
            self.guessSeconds += (seconds - self.guessSeconds) * Self.forgetting
        }
        return proposed
    }

    /// Takes note of an outcome; what follows the first wrong guess says nothing.
    func learned(proposed: Int, accepted: Int) {
        for index in 0..<min(proposed, accepted + 1) {
            self.acceptance += ((index < accepted ? 1 : 0) - self.acceptance) * Self.forgetting
        }
    }
}
