// SPDX-License-Identifier: Apache-2.0

extension LanguageModelSession {
    /// How many tokens responses took.
    public struct Usage: Sendable, Hashable {
        /// What models read.
        public struct Input: Sendable, Hashable {
            /// All tokens.
            public var totalTokenCount: Int
            /// Of these, those that came from a cache.
            public var cachedTokenCount: Int

            /// Counts tokens.
            public init(totalTokenCount: Int, cachedTokenCount: Int) {
                self.totalTokenCount = totalTokenCount
                self.cachedTokenCount = cachedTokenCount
            }
        }

        /// What models wrote.
        public struct Output: Sendable, Hashable {
            /// All tokens.
            public var totalTokenCount: Int
            /// Of these, those of thoughts before the answer.
            public var reasoningTokenCount: Int

            /// Counts tokens.
            public init(totalTokenCount: Int, reasoningTokenCount: Int = 0) {
                self.totalTokenCount = totalTokenCount
                self.reasoningTokenCount = reasoningTokenCount
            }
        }

        /// What models read.
        public var input: Input
        /// What models wrote.
        public var output: Output

        /// Counts tokens.
        public init(
            input: Input = Input(totalTokenCount: 0, cachedTokenCount: 0), output: Output = Output(totalTokenCount: 0)
        ) {
            self.input = input
            self.output = output
        }

        /// Input and output together.
        public var totalTokenCount: Int { self.input.totalTokenCount + self.output.totalTokenCount }

        static func += (left: inout Self, right: Self) {
            left.input.totalTokenCount += right.input.totalTokenCount
            left.input.cachedTokenCount += right.input.cachedTokenCount
            left.output.totalTokenCount += right.output.totalTokenCount
            left.output.reasoningTokenCount += right.output.reasoningTokenCount
        }
    }
}
