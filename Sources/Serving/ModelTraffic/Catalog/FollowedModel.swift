// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What answers under a reference of the catalogue, at the time of each request.
struct FollowedModel: ModelAdapter {
    let name: String
    let models: CatalogModels

    var capabilities: ModelCapabilities { self.models.current(name: self.name)?.capabilities ?? [] }
    var defaultSampling: SamplingOptions { self.models.current(name: self.name)?.defaultSampling ?? SamplingOptions() }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.served.generate(request)
    }

    func generate(_ request: GenerationRequest, completions: Int) async throws -> [GenerationStream] {
        try await self.served.generate(request, completions: completions)
    }

    func score(_ request: ScoringRequest) async throws -> [ChoiceScore] { try await self.served.score(request) }
    func embed(_ texts: [String]) async throws -> [[Float]] { try await self.served.embed(texts) }
    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { try await self.served.tokenCount(prompt) }
    func checkHealth() async throws { try await self.served.checkHealth() }

    private var served: any ModelAdapter {
        get throws {
            guard let model = self.models.current(name: self.name) else {
                throw LLMError(.unavailable, "No version of '\(self.name)' is in service.")
            }
            return model
        }
    }
}
