// SPDX-License-Identifier: Apache-2.0

extension GenerationOptions {
    /// How the next token is chosen.
    public struct SamplingMode: Sendable, Hashable, Codable {
        /// The ways, for those who make models.
        public enum Kind: Sendable, Hashable, Codable {
            /// Always the most likely token.
            case greedy
            /// One of the most likely tokens.
            case randomTopK(Int, seed: UInt64?)
            /// One of the most likely tokens that together reach a probability.
            case randomProbabilityThreshold(Double, seed: UInt64?)
        }

        /// Which way this is.
        public let kind: Kind

        /// Always the most likely token.
        public static let greedy = Self(kind: .greedy)

        /// Draws from the `k` most likely tokens.
        ///
        /// - Parameters:
        ///   - k: How many, 1 or more.
        ///   - seed: The same seed gives the same response again.
        public static func random(top k: Int, seed: UInt64? = nil) -> Self { Self(kind: .randomTopK(k, seed: seed)) }

        /// Draws from the most likely tokens that together reach a probability.
        ///
        /// - Parameters:
        ///   - probabilityThreshold: The probability, above 0 up to 1.
        ///   - seed: The same seed gives the same response again.
        public static func random(probabilityThreshold: Double, seed: UInt64? = nil) -> Self {
            Self(kind: .randomProbabilityThreshold(probabilityThreshold, seed: seed))
        }
    }

    /// Whether the model may, must or must not call tools.
    public struct ToolCallingMode: Sendable, Hashable, Codable {
        /// The ways, for those who make models.
        public enum Kind: String, Sendable, Hashable, Codable {
            /// The model decides.
            case allowed
            /// The model calls a tool before it answers.
            case required
            /// The model answers without calling.
            case disallowed
        }

        /// Which way this is.
        public let kind: Kind

        /// The model decides.
        public static let allowed = Self(kind: .allowed)
        /// The model calls a tool before it answers.
        public static let required = Self(kind: .required)
        /// The model answers without calling.
        public static let disallowed = Self(kind: .disallowed)
    }
}
