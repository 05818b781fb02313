// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where steps get embedding models from.
public protocol EmbedderSource: Sendable {
    /// The embedding model of a name, ready to use; the usual one for nil.
    ///
    /// - Throws: Why there is none.
    func embedder(named name: String?) async throws -> any ModelAdapter
}

/// The input of steps that need an embedding model.
package enum EmbedderInput {
    /// The input, for a step's definition.
    package static let port = StepPort("model", .string, "The embedding model's name; the usual one if not given.")
}
