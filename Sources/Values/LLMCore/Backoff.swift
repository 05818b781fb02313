// SPDX-License-Identifier: Apache-2.0

/// Pauses between attempts, each longer than the one before it, with a part that is left to chance: those who failed together do
/// not come back together.
package struct Backoff: Sendable, Hashable {
    /// The pause before the second attempt.
    package var first: Duration
    /// How much longer each further pause is.
    package var factor: Double
    /// The longest pause.
    package var longest: Duration
    /// The part of a pause, from 0 to 1, that is left to chance; with 1 it is drawn evenly from zero on.
    package var jitter: Double

    /// Describes pauses.
    package init(first: Duration, factor: Double = 2, longest: Duration, jitter: Double) {
        self.first = first
        self.factor = factor
        self.longest = longest
        self.jitter = jitter
    }

    /// The pause after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - chance: A random number from 0 to 1; the more, the shorter the pause.
    package func pause(after attempt: Int, chance: Double) -> Duration {
        var pause = self.first
        for _ in 1..<max(attempt, 1) where pause < self.longest { pause = pause * self.factor }
        return min(pause, self.longest) * (1 - self.jitter * chance)
    }
}
