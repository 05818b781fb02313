// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What a float32 transformer says about 4,096 tokens of real text (scripts/references/transformer_reference.py).
struct ReferenceText: Decodable {
    struct Window: Decodable {
        let tokens: [Int32]
        /// Of the token that follows each, natural logarithm; one fewer than tokens.
        let nextLogProbabilities: [Double]
        let mostLikely: [Int32]

        private enum CodingKeys: String, CodingKey {
            case tokens
            case nextLogProbabilities = "next_log_probabilities"
            case mostLikely = "most_likely"
        }
    }

    let perplexity: Double
    let windows: [Window]

    static func load() throws -> Self {
        let url = try #require(
            Bundle.module.url(forResource: "reference_smollm2", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}
