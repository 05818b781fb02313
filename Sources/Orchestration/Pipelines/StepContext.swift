// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization
public import TaskRouting

/// What a run provides to its steps.
public struct StepContext: Sendable {
    /// The step's id.
    public let stepID: String
    /// The model that answers.
    public let model: any ModelAdapter
    /// Identifies tasks.
    public let router: TaskRouter
    /// Where relative file names in the pipeline start; nil if the pipeline is in no file.
    public let baseFolder: String?
    /// The steps that this step's inputs come from, by the input's name.
    let origins: [String: String]
    let record: RunRecord
    private let onText: @Sendable (String) -> Void

    init(
        stepID: String, runner: PipelineRunner, origins: [String: String], record: RunRecord,
        onText: @escaping @Sendable (String) -> Void
    ) {
        self.stepID = stepID
        self.model = runner.model
        self.router = runner.router
        self.baseFolder = runner.baseFolder
        self.origins = origins
        self.record = record
        self.onText = onText
    }

    /// Tells watchers of text as it is generated.
    public func emit(text: String) { self.onText(text) }

    /// Counts what a model call took.
    public func count(_ usage: TokenUsage) { self.record.add(usage, step: self.stepID) }

    /// Remembers what the model was asked in this step, so that a later step can ask again.
    public func remember(_ request: GenerationRequest) { self.record.remember(request, step: self.stepID) }

    /// What the model was asked in the step that an input comes from; nil if it comes from elsewhere.
    public func request(behind input: String) -> GenerationRequest? {
        self.origins[input].flatMap { self.record.request(of: $0) }
    }
}

/// What has happened in a run so far.
final class RunRecord: Sendable {
    private struct State {
        var requests: [String: GenerationRequest] = [:]
        var usage: [String: TokenUsage] = [:]
    }

    private let state = Mutex(State())

    func remember(_ request: GenerationRequest, step: String) { self.state.withLock { $0.requests[step] = request } }

    func request(of step: String) -> GenerationRequest? { self.state.withLock { $0.requests[step] } }

    func add(_ usage: TokenUsage, step: String) {
        self.state.withLock { state in
            var sum = state.usage[step] ?? TokenUsage(promptTokens: 0, completionTokens: 0)
            sum.promptTokens += usage.promptTokens
            sum.completionTokens += usage.completionTokens
            sum.cachedPromptTokens += usage.cachedPromptTokens
            state.usage[step] = sum
        }
    }

    func usage(of step: String) -> TokenUsage? { self.state.withLock { $0.usage[step] } }
}
