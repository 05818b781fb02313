// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
public import RunStorage

/// Finds texts by their meaning.
public struct RetrieveStep: PipelineStep {
    private let store: @Sendable () throws -> VectorStore
    private let embedder: any EmbedderSource

    /// Makes the step.
    ///
    /// - Parameters:
    ///   - embedder: Where embedding models come from.
    ///   - store: Opens the store when a step first needs it.
    public init(embedder: any EmbedderSource, store: @escaping @Sendable () throws -> VectorStore) {
        self.embedder = embedder
        self.store = store
    }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "retrieve", summary: "Finds the texts of a collection that are nearest in meaning to a question.",
            inputs: [
                StepPort("query", .string, "What is looked for.", isRequired: true),
                StepPort("collection", .string, "The collection's name.", isRequired: true),
                StepPort("count", .integer, "The most texts, from 1 to 1000; 5 if not given."),
                StepPort("filter", .object, "Members that a text's metadata must have."),
                EmbedderInput.port,
            ],
            outputs: [
                StepPort("matches", .array, "The texts, nearest first: {id, text, metadata, score}."),
                StepPort("text", .string, "Their texts, with an empty line between them."),
            ])
    }

    /// Checks the number, and the embedding model's name.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [inputs.problem(with: "count", outside: 1...1_000), EmbedderInput.problem(inputs, self.embedder)]
            .compactMap(\.self)
    }

    /// Searches.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let found = try await self.store().search(
            inputs.requiredString("query"), in: inputs.requiredString("collection"),
            count: min(max(1, inputs["count"]?.integerValue ?? 5), 1_000), filter: inputs["filter"] ?? [:],
            model: self.embedder.embedder(named: inputs.string("model")))
        let matches = found.map { match -> JSONValue in
            [
                "id": .string(match.item.id), "text": .string(match.item.text), "metadata": match.item.metadata,
                "score": .number(match.score),
            ]
        }
        return ["matches": .array(matches), "text": .string(found.map(\.item.text).joined(separator: "\n\n"))]
    }
}
