// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Models in order of preference: each is asked when those before it have failed.
///
/// What is wrong with the request itself is not asked again elsewhere, and neither is what fails after its first event.
public struct FallbackModel: ModelAdapter {
    /// The name given at the start.
    public let name: String
    /// What all of the models can do.
    public let capabilities: ModelCapabilities
    private let models: [any ModelAdapter]

    /// Makes one model of several.
    ///
    /// - Parameters:
    ///   - name: What the whole is called.
    ///   - models: The preferred one first.
    /// - Throws: ``LLMError`` with code `.invalidRequest` when there is none.
    public init(name: String, models: [any ModelAdapter]) throws {
        self.name = name
        self.capabilities = try ModelCapabilities(sharedBy: models, of: name)
        self.models = models
    }

    /// What the preferred model's makers recommend.
    public var defaultSampling: SamplingOptions { self.models[0].defaultSampling }

    /// Generates with the first model that begins an answer.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.first { try await $0.generate(request).opened() }
    }

    /// Scores with the first model that can.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        try await self.first { try await $0.score(request) }
    }

    /// Embeds with the preferred model alone: vectors of different models cannot be compared.
    public func embed(_ texts: [String]) async throws -> [[Float]] { try await self.models[0].embed(texts) }

    /// Counts as the preferred model does.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        try await self.models[0].tokenCount(prompt)
    }

    /// Asks the models' backends, until one is well.
    public func checkHealth() async throws { try await self.first { try await $0.checkHealth() } }

    private func first<Answer>(_ body: (any ModelAdapter) async throws -> Answer) async throws -> Answer {
        for model in self.models.dropLast() {
            do { return try await body(model) } catch  where Self.isWorthAsking(after: error) {}
        }
        return try await body(self.models[self.models.count - 1])
    }

    /// A longer context, another key or another server may help; a request that makes no sense is the same everywhere.
    static func isWorthAsking(after error: any Error) -> Bool {
        guard !(error is CancellationError), !Task.isCancelled else { return false }
        return (error as? LLMError)?.code != .invalidRequest && !(error is MiddlewareError)
    }
}
