// SPDX-License-Identifier: Apache-2.0

extension SamplingOptions {
    /// Exclude top choices: now and then the most likely tokens are dropped, all but the least likely of them (by p-e-w,
    /// 2024), so that the text takes less obvious turns and stays coherent.
    public struct XTC: Sendable, Hashable {
        /// How often a token is chosen this way, from 0 to 1; 0 is off.
        public var probability: Float
        /// How likely a token must be to count as a top choice, above 0 and at most 0.5: two tokens must be able to be.
        public var threshold: Float

        /// Options with the usual values.
        public init(probability: Float = 0.5, threshold: Float = 0.1) {
            self.probability = probability
            self.threshold = threshold
        }

        func validate() throws {
            try SamplingOptions.check(
                (0...1).contains(self.probability), "XTC probability", self.probability, "from 0 to 1")
            try SamplingOptions.check(
                self.threshold > 0 && self.threshold <= 0.5, "XTC threshold", self.threshold, "above 0 and at most 0.5")
        }
    }
}
