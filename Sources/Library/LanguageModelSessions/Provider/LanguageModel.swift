// SPDX-License-Identifier: Apache-2.0

/// A model that sessions can talk to: what it can do, and which executor runs it.
///
/// A model of one's own is a value that describes it, and a ``LanguageModelExecutor`` that does the work. Backends that
/// conform to `ModelAdapter` need neither: see ``AdapterLanguageModel``.
public protocol LanguageModel: Sendable {
    /// What runs this model.
    associatedtype Executor: LanguageModelExecutor where Executor.Model == Self

    /// What the model can do; a session asks it for nothing else.
    var capabilities: LanguageModelCapabilities { get }

    /// What an executor is made from.
    var executorConfiguration: Executor.Configuration { get }
}

/// What does the work for a model: it reads a transcript and writes what comes next into a channel.
public protocol LanguageModelExecutor: Sendable {
    /// What an executor is made from; a session makes one executor.
    associatedtype Configuration: Hashable, Sendable
    /// The model that it runs.
    associatedtype Model: LanguageModel

    /// Makes an executor.
    ///
    /// - Throws: Whatever is missing; the request fails with it.
    init(configuration: Configuration) throws

    /// Prepares for a transcript that will be continued.
    ///
    /// The session runs this in a task of its own, waits for it before its next request, and cancels it when it goes away.
    func prewarm(model: Model, transcript: Transcript) async

    /// Writes the next step of a transcript: text, JSON by a schema, or tool calls.
    ///
    /// - Parameters:
    ///   - request: The transcript, and how to continue it.
    ///   - model: The model.
    ///   - channel: Where the step is written as it is generated.
    /// - Throws: ``LanguageModelSession/GenerationError``, or any other error; the request fails with it.
    func respond(
        to request: LanguageModelExecutorGenerationRequest, model: Model,
        streamingInto channel: LanguageModelExecutorGenerationChannel
    ) async throws
}

extension LanguageModelExecutor {
    /// Prepares nothing.
    public func prewarm(model: Model, transcript: Transcript) async {}
}
