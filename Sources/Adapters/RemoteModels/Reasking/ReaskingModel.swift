// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore
internal import ResultParsing
internal import Synchronization

/// Gives any model answers by a JSON schema: it is told the schema, its answer is read and repaired, and where that fails it
/// is asked again with the reason, a bounded number of times.
///
/// Such an answer comes as one piece when it is complete. Requests without a schema pass through, and so do calls of tools.
public struct ReaskingModel: ModelAdapter {
    private let base: any ModelAdapter
    private let maximumAttempts: Int
    private let keepsToOneTurn: Bool

    /// Wraps a model.
    ///
    /// - Parameters:
    ///   - base: Who answers.
    ///   - maximumAttempts: The most answers to look at before giving up, from 1 to 20.
    ///   - keepsToOneTurn: Whether what was wrong is told within the question, to models that take no longer conversation.
    public init(_ base: any ModelAdapter, maximumAttempts: Int = 3, keepsToOneTurn: Bool = false) {
        self.base = base
        self.keepsToOneTurn = keepsToOneTurn
        self.maximumAttempts = min(max(maximumAttempts, 1), 20)
    }

    /// The model's name.
    public var name: String { self.base.name }

    /// What the model can do, and JSON schemas.
    public var capabilities: ModelCapabilities { self.base.capabilities.union(.jsonConstraints) }

    /// What the model's makers recommend.
    public var defaultSampling: SamplingOptions { self.base.defaultSampling }

    /// Asks the model, again where its answer does not fit.
    ///
    /// - Throws: ``LLMError``, with code `.unusableAnswer` where no answer fits; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        guard case .jsonSchema(let schema)? = request.constraint?.form,
            !self.base.capabilities.contains(.jsonConstraints)
        else { return try await self.base.generate(request) }
        let parser: JSONAnswerParser
        do {
            parser = JSONAnswerParser(schema: try JSONSchema(schema))
        } catch { throw LLMError(.invalidRequest, "The schema of the answer is no JSON schema.", cause: error) }
        let attempt = ReaskedAnswer(
            model: self.base, parser: parser, maximumAttempts: self.maximumAttempts, keepsToOneTurn: self.keepsToOneTurn
        )
        let waiting = Mutex<[GenerationEvent]?>(nil)
        return GenerationStream(unfolding: {
            if waiting.withLock({ $0 == nil }) {
                let events = try await attempt.events(request)
                waiting.withLock { $0 = events }
            }
            return waiting.withLock { $0?.isEmpty == false ? $0?.removeFirst() : nil }
        })
    }

    /// Asks the model.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] { try await self.base.score(request) }

    /// Asks the model.
    public func checkHealth() async throws { try await self.base.checkHealth() }

    /// Asks the model.
    public func embed(_ texts: [String]) async throws -> [[Float]] { try await self.base.embed(texts) }

    /// Asks the model.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { try await self.base.tokenCount(prompt) }
}
