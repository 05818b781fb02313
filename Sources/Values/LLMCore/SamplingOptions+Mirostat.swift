// SPDX-License-Identifier: Apache-2.0

extension SamplingOptions {
    /// Mirostat 2.0 (Basu and others 2021): drops the tokens that are too surprising, and moves that border after each
    /// token so that the text's surprise, and with it its perplexity, stays at a level.
    ///
    /// As in the paper, a token's surprise is taken from the distribution before anything was dropped.
    public struct Mirostat: Sendable, Hashable {
        /// The surprise to hold, in bits a token, above 0.
        public var tau: Float
        /// How fast the border moves, above 0 and at most 1.
        public var eta: Float

        /// Options with the usual values.
        public init(tau: Float = 5, eta: Float = 0.1) {
            self.tau = tau
            self.eta = eta
        }

        func validate() throws {
            try SamplingOptions.check(self.tau.isFinite && self.tau > 0, "mirostat tau", self.tau, "above 0")
            try SamplingOptions.check(self.eta > 0 && self.eta <= 1, "mirostat eta", self.eta, "above 0 and at most 1")
        }
    }
}
