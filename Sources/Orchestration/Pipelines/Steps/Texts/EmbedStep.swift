// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Turns texts into vectors whose nearness is that of meaning.
public struct EmbedStep: PipelineStep {
    private static let maximumTexts = 10_000
    private let embedder: (any EmbedderSource)?

    /// Makes the step.
    ///
    /// - Parameter embedder: Where embedding models come from; nil asks the run's own model.
    public init(embedder: (any EmbedderSource)? = nil) { self.embedder = embedder }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "embed", summary: "Turns texts into vectors whose nearness is that of meaning.",
            inputs: [StepPort("texts", .array, "The texts.", isRequired: true)]
                + (self.embedder == nil ? [] : [EmbedderInput.port]),
            outputs: [
                StepPort("vectors", .array, "A vector per text, in their order."),
                StepPort("dimensions", .integer, "How long each is."),
            ], effect: .model)
    }

    /// Checks the embedding model's name.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [EmbedderInput.problem(inputs, self.embedder)].compactMap(\.self)
    }

    /// Asks the embedding model.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let texts = try inputs.strings("texts")
        guard texts.count <= Self.maximumTexts else {
            throw PipelineError(
                .invalidValue, "There are \(texts.count) texts; at most \(Self.maximumTexts) are embedded at once.")
        }
        let model = try await self.embedder?.embedder(named: inputs.string("model")) ?? context.model
        let vectors = texts.isEmpty ? [] : try await model.embed(texts)
        return [
            "vectors": .array(vectors.map { .array($0.map { .number(Double($0)) }) }),
            "dimensions": .integer(vectors.first?.count ?? 0),
        ]
    }
}
