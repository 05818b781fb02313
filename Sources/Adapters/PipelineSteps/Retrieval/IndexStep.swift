// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
public import RunStorage

/// Puts texts where they can be found by their meaning.
public struct IndexStep: PipelineStep {
    private static let maximumTexts = 100_000
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
            name: "index",
            summary:
                "Puts texts into a collection, where 'retrieve' finds them; unchanged texts are not embedded again.",
            inputs: [
                StepPort("texts", .array, "Texts, or {text, id, metadata}; the same id replaces.", isRequired: true),
                StepPort("collection", .string, "The collection's name.", isRequired: true),
                EmbedderInput.port,
            ],
            outputs: [
                StepPort("embedded", .integer, "How many texts were new and have been embedded."),
                StepPort("total", .integer, "How many texts the collection has."),
            ])
    }

    /// Checks the embedding model's name.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [EmbedderInput.problem(inputs, self.embedder)].compactMap(\.self)
    }

    /// Embeds what is new, and stores all.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let texts = inputs["texts"]?.arrayValue ?? []
        guard texts.count <= Self.maximumTexts else {
            throw PipelineError(
                .invalidValue, "There are \(texts.count) texts; index at most \(Self.maximumTexts) at once.")
        }
        let (embedded, total) = try await self.store().index(
            texts.map(Self.item), in: inputs.requiredString("collection"),
            model: self.embedder.embedder(named: inputs.string("model")))
        return ["embedded": .integer(embedded), "total": .integer(total)]
    }

    /// A text with what is known of it; a text alone is its own identifier.
    private static func item(_ value: JSONValue) throws -> VectorItem {
        guard let text = value.stringValue ?? value["text"]?.stringValue else {
            throw PipelineError(.invalidValue, "'texts' must hold texts or objects with 'text', but holds \(value).")
        }
        let metadata = value["metadata"] ?? [:]
        guard metadata.objectValue != nil else {
            throw PipelineError(.invalidValue, "'metadata' must be an object, but is \(metadata).")
        }
        return VectorItem(id: value["id"]?.stringValue ?? text, text: text, metadata: metadata)
    }
}
