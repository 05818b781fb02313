// SPDX-License-Identifier: Apache-2.0

extension SamplingOptions {
    /// Don't repeat yourself: tokens that would lengthen a repeated sequence become unlikely, the more the longer it is
    /// (by p-e-w, 2024).
    ///
    /// Where the last n tokens occurred before, the token that followed them there loses
    /// `multiplier * base ^ (n - allowedLength)`, if n reaches the allowed length.
    public struct DRY: Sendable, Hashable {
        /// How strong it is, 0 or more; 0 is off.
        public var multiplier: Float
        /// How fast the penalty grows with each repeated token, 1 or more.
        public var base: Float
        /// The length of a repeated sequence from which its continuation is penalised, 1 or more.
        public var allowedLength: Int
        /// How many of the last tokens are searched; nil searches all, 0 none.
        public var window: Int?
        /// Texts that end a sequence: nothing repeats across them; at most 32, of 1 to 64 bytes.
        public var breakers: [String]

        /// The most breakers, and the most bytes of one: each costs a search of the vocabulary.
        private static let limits = (count: 32, bytes: 64)

        /// Options with the usual values.
        public init(
            multiplier: Float = 0.8, base: Float = 1.75, allowedLength: Int = 2, window: Int? = nil,
            breakers: [String] = ["\n", ":", "\"", "*"]
        ) {
            self.multiplier = multiplier
            self.base = base
            self.allowedLength = allowedLength
            self.window = window
            self.breakers = breakers
        }

        /// Whether it does anything.
        package var isActive: Bool { self.multiplier > 0 && self.window != 0 }

        func validate() throws {
            try SamplingOptions.check(
                self.multiplier.isFinite && self.multiplier >= 0, "DRY multiplier", self.multiplier, "0 or more")
            try SamplingOptions.check(self.base.isFinite && self.base >= 1, "DRY base", self.base, "1 or more")
            try SamplingOptions.check(self.allowedLength >= 1, "DRY allowed length", self.allowedLength, "1 or more")
            try SamplingOptions.check(self.window ?? 0 >= 0, "DRY window", self.window ?? 0, "0 or more")
            let limits = Self.limits
            try SamplingOptions.check(
                self.breakers.count <= limits.count, "number of DRY breakers", self.breakers.count,
                "at most \(limits.count)")
            for breaker in self.breakers {
                try SamplingOptions.check(
                    (1...limits.bytes).contains(breaker.utf8.count), "length of a DRY breaker", breaker.utf8.count,
                    "from 1 to \(limits.bytes) bytes")
            }
        }
    }
}
