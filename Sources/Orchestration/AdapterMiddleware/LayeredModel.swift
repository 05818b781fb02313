// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A model with one middleware around it; everything that it says of itself is the model's own.
public struct LayeredModel: ModelAdapter {
    private let middleware: any ModelMiddleware
    private let inner: any ModelAdapter

    /// Wraps a model.
    public init(_ inner: any ModelAdapter, in middleware: any ModelMiddleware) {
        self.inner = inner
        self.middleware = middleware
    }

    /// The model's name.
    public var name: String { self.inner.name }
    /// What the model can do.
    public var capabilities: ModelCapabilities { self.inner.capabilities }
    /// What the model's makers recommend.
    public var defaultSampling: SamplingOptions { self.inner.defaultSampling }

    /// Generates through the middleware.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.middleware.generate(request, next: self.inner)
    }

    /// Scores through the middleware.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        try await self.middleware.score(request, next: self.inner)
    }

    /// Embeds through the middleware.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try await self.middleware.embed(texts, next: self.inner)
    }

    /// Asks the model's backend; no middleware takes part.
    public func checkHealth() async throws { try await self.inner.checkHealth() }

    /// Counts as the model does; no middleware takes part.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { try await self.inner.tokenCount(prompt) }
}

extension ModelAdapter {
    /// The model with middleware around it.
    ///
    /// - Parameter layers: The outermost first: it sees a request before all others, and its events after them.
    public func wrapped(in layers: [any ModelMiddleware]) -> any ModelAdapter {
        var model: any ModelAdapter = self
        for layer in layers.reversed() { model = LayeredModel(model, in: layer) }
        return model
    }
}
