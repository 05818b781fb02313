// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import LocalModels

/// The default model on this machine, opened when it is first needed and shared by all sessions.
public final class SystemLanguageModel: LanguageModel {
    /// The default model.
    public static let `default` = SystemLanguageModel()

    private let opened = OpenedModel()

    private init() {}

    /// Whether the model can be used.
    @frozen
    public enum Availability: Sendable, Hashable {
        /// Why a model cannot be used.
        public enum UnavailableReason: Sendable, Hashable {
            /// The machine cannot run it; not the case here.
            case deviceNotEligible
            /// It is switched off; not the case here.
            case appleIntelligenceNotEnabled
            /// Its file is missing: fetch it with `make setup`.
            case modelNotReady
        }

        /// It can be used.
        case available
        /// It cannot be used.
        case unavailable(UnavailableReason)
    }

    /// Whether the model can be used: its file is there.
    public var availability: Availability {
        (try? ModelLocator().path(of: ModelLocator.defaultModel)) == nil ? .unavailable(.modelNotReady) : .available
    }

    /// Whether the model can be used.
    public var isAvailable: Bool { self.availability == .available }

    /// Guided generation and tool calling.
    public var capabilities: LanguageModelCapabilities { LanguageModelCapabilities([.guidedGeneration, .toolCalling]) }

    /// The model's name.
    public var executorConfiguration: String { ModelLocator.defaultModel }

    /// Puts a session's requests to the default model.
    public struct Executor: LanguageModelExecutor {
        /// Needs nothing: the model opens itself.
        public init(configuration: String) {}

        /// Opens the model, and lets it read what is known of the next request.
        public func prewarm(model: SystemLanguageModel, transcript: Transcript) async {
            guard let adapter = try? await model.opened.get() else { return }
            await AdapterTurn.prewarm(adapter, transcript: transcript)
        }

        /// Lets the model write the next step.
        ///
        /// - Throws: ``LanguageModelSession/GenerationError``, or the model's error.
        public func respond(
            to request: LanguageModelExecutorGenerationRequest, model: SystemLanguageModel,
            streamingInto channel: LanguageModelExecutorGenerationChannel
        ) async throws {
            try await AdapterTurn(adapter: model.opened.get(), request: request, channel: channel).run()
        }
    }
}

/// The default model, opened once; an actor, so that those who come meanwhile wait.
private actor OpenedModel {
    private var model: LocalModel?

    func get() throws -> LocalModel {
        if let model { return model }
        let opened = try LocalModel(ModelLocator.defaultModel)
        self.model = opened
        return opened
    }
}
