// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where steps get embedding models from.
public protocol EmbedderSource: Sendable {
    /// The embedding model of a name, ready to use; the usual one for nil.
    ///
    /// - Throws: Why there is none.
    func embedder(named name: String?) async throws -> any ModelAdapter

    /// Why there is no embedding model of that name, as far as it is known without opening one; nil where nothing is known
    /// to be wrong.
    func problem(with name: String) -> String?
}

extension EmbedderSource {
    /// Knows of none.
    public func problem(with name: String) -> String? { nil }
}

/// The input of steps that need an embedding model.
package enum EmbedderInput {
    /// The input, for a step's definition.
    package static let port = StepPort("model", .string, "The embedding model's name; the usual one if not given.")

    /// What is wrong with the name that is given, if it is known before running.
    package static func problem(_ inputs: StaticInputs, _ source: (any EmbedderSource)?) -> StaticInputs.Problem? {
        guard let name = inputs.literals["model"]?.stringValue, let problem = source?.problem(with: name) else {
            return nil
        }
        return StaticInputs.Problem("model", problem)
    }
}
