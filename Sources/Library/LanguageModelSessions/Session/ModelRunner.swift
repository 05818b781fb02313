// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A model together with its executor, as a session uses them.
protocol ModelRunner: Sendable {
    /// What the model can do.
    var capabilities: LanguageModelCapabilities { get }
    /// Starts a step.
    func turn(_ request: LanguageModelExecutorGenerationRequest) -> ExecutorTurn
    /// Prepares for a transcript.
    func prewarm(_ transcript: Transcript) async
}

/// Makes a model's executor when it is first needed, and keeps it as long as the session lives.
final class ExecutorRunner<Model: LanguageModel>: ModelRunner {
    private let model: Model
    private let executor = Mutex<Model.Executor?>(nil)

    init(_ model: Model) { self.model = model }

    var capabilities: LanguageModelCapabilities { self.model.capabilities }

    func turn(_ request: LanguageModelExecutorGenerationRequest) -> ExecutorTurn {
        ExecutorTurn { channel in
            try await self.made().respond(to: request, model: self.model, streamingInto: channel)
        }
    }

    func prewarm(_ transcript: Transcript) async {
        // What cannot be made now is told to the request that needs it.
        try? await self.made().prewarm(model: self.model, transcript: transcript)
    }

    private func made() throws -> Model.Executor {
        try self.executor.withLock { executor in
            if let executor { return executor }
            let made = try Model.Executor(configuration: self.model.executorConfiguration)
            executor = made
            return made
        }
    }
}
