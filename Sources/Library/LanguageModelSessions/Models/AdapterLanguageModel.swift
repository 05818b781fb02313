// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Any model adapter as a model that sessions can talk to.
///
/// ```swift
/// let session = LanguageModelSession(model: .adapter(model), instructions: "Be brief.")
/// ```
public struct AdapterLanguageModel: LanguageModel {
    /// The model.
    public let adapter: any ModelAdapter

    /// Talks to a model through its adapter.
    public init(_ adapter: any ModelAdapter) { self.adapter = adapter }

    /// Guided generation and tool calling, where the adapter keeps to JSON schemas and has tools.
    public var capabilities: LanguageModelCapabilities { Self.capabilities(of: self.adapter.capabilities) }

    /// The model's name.
    public var executorConfiguration: String { self.adapter.name }

    /// What an adapter's capabilities mean to sessions.
    static func capabilities(of capabilities: ModelCapabilities) -> LanguageModelCapabilities {
        let pairs: [(ModelCapabilities, LanguageModelCapabilities.Capability)] = [
            (.jsonConstraints, .guidedGeneration), (.tools, .toolCalling), (.images, .vision),
        ]
        return LanguageModelCapabilities(pairs.filter { capabilities.contains($0.0) }.map(\.1))
    }

    /// Puts a session's requests to an adapter.
    public struct Executor: LanguageModelExecutor {
        /// Needs nothing: the model brings the adapter along.
        public init(configuration: String) {}

        /// Lets the adapter read what is known of the next request.
        public func prewarm(model: AdapterLanguageModel, transcript: Transcript) async {
            await AdapterTurn.prewarm(model.adapter, transcript: transcript)
        }

        /// Lets the adapter write the next step.
        ///
        /// - Throws: ``LanguageModelSession/GenerationError``, or the adapter's error.
        public func respond(
            to request: LanguageModelExecutorGenerationRequest, model: AdapterLanguageModel,
            streamingInto channel: LanguageModelExecutorGenerationChannel
        ) async throws {
            try await AdapterTurn(adapter: model.adapter, request: request, channel: channel).run()
        }
    }
}

extension LanguageModel where Self == AdapterLanguageModel {
    /// Any model adapter.
    public static func adapter(_ adapter: any ModelAdapter) -> Self { Self(adapter) }
}
