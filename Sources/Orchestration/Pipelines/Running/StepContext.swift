// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
public import LLMCore
internal import Synchronization
public import TaskRouting

/// What a run provides to its steps.
public struct StepContext: Sendable {
    /// The step's id.
    public let stepID: String
    /// The name of this execution of the step, the same in every attempt to run it.
    public private(set) var key: StepKey
    private let uses: String
    /// The model to ask, where it is none that the step's inputs name.
    private var asked: String?
    private let execution: Execution
    private var arguments: [CompiledArgument]
    private let frame: Frame
    private let usage: UsageCounter

    init(
        _ instruction: Instruction, _ operation: StepOperation, key: StepKey, execution: Execution, frame: Frame,
        usage: UsageCounter
    ) {
        self.stepID = instruction.id
        self.key = key
        self.uses = instruction.uses
        self.execution = execution
        self.arguments = operation.arguments
        self.frame = frame
        self.usage = usage
    }

    /// The model that answers: the one that the step names, else the run's own.
    public var model: any ModelAdapter {
        let runner = self.execution.runner
        if let model = runner.substitute?(StepCall(self.key, uses: self.uses, effect: .model)) { return model }
        return self.modelName.map { runner.model(named: $0) } ?? runner.model
    }

    private var modelName: String? {
        if let asked { return asked }
        guard let argument = self.arguments.first(where: { $0.port?.isModel == true }) else { return nil }
        return (try? argument.checkedValue(in: self.frame))?.stringValue
    }

    /// The same with another model; nil changes nothing.
    package func asking(_ model: String?) -> Self {
        var context = self
        if let model { context.asked = model }
        return context
    }

    /// Identifies tasks.
    public var router: TaskRouter { self.execution.runner.router }
    /// Where relative file names in the pipeline start; nil if the pipeline is in no file.
    public var baseFolder: String? { self.execution.runner.baseFolder }
    /// The run's name, the same in every attempt to run it.
    public var runID: String { self.execution.runID }

    /// A name for what this execution of the step changes outside: the same when it is tried again, also by another
    /// process, and no other's.
    public var idempotencyKey: String { StableHash.hexadecimal("\(self.runID)/\(self.key.rawValue)") }

    /// The same for a part of the step that changes something by itself, such as each tool that a chat calls.
    func part(_ name: String) -> Self {
        var part = self
        // A tool asks the run's own model unless it names another.
        part.arguments = []
        part.asked = nil
        part.key = StepKey(rawValue: "\(self.key.rawValue)/\(name)")
        return part
    }

    /// Does what a model has called a tool for within the runner's surroundings.
    func surrounded(_ call: ToolCall, _ work: () async throws -> JSONValue) async throws -> JSONValue {
        try await self.execution.surrounded(call, work)
    }

    /// Tells watchers of text as it is generated.
    public func emit(text: String) { self.execution.onEvent?(.text(step: self.key.rawValue, delta: text)) }

    /// Tells watchers of the run of an event that the step has told the bus.
    func emit(_ event: Event) { self.execution.emitted(event, by: self.key) }

    /// Notes a value before the step ends, once: the same note is found when the step is tried again, also by another process.
    ///
    /// - Returns: The note, and whether it was made just now.
    package func note(
        _ name: String, _ make: () throws -> JSONValue
    ) async throws -> (value: JSONValue, isNew: Bool) {
        try await self.execution.note(StepKey(rawValue: "\(self.key.rawValue)!\(name)"), make)
    }

    /// Counts what a model call took.
    public func count(_ usage: TokenUsage) { self.usage.add(usage) }

    /// What the model was asked in the step that an input comes from; nil if it comes from elsewhere.
    public func request(behind input: String) -> GenerationRequest? {
        guard let question = self.question(behind: input) else { return nil }
        return try? question.step.request(StepInputs(question.inputs), context: self)
    }

    /// The model that was asked there, where the step names one.
    func modelName(behind input: String) -> String? {
        guard let question = self.question(behind: input),
            let port = question.step.definition.inputs.first(where: \.isModel)
        else { return nil }
        return question.inputs[port.name]?.stringValue
    }

    private func question(behind input: String) -> StepQuestion? {
        guard case .reference(let reference) = self.arguments.first(where: { $0.name == input })?.value,
            case .outputs(_, let question) = self.frame.outward(reference.hops).slots[reference.slot]
        else { return nil }
        return question
    }
}

/// The tokens that one execution of a step has taken so far.
final class UsageCounter: Sendable {
    private let state = Mutex<TokenUsage?>(nil)

    var sum: TokenUsage? { self.state.withLock { $0 } }

    func add(_ usage: TokenUsage) {
        self.state.withLock { sum in
            guard var total = sum else { return sum = usage }
            total.promptTokens += usage.promptTokens
            total.completionTokens += usage.completionTokens
            total.cachedPromptTokens += usage.cachedPromptTokens
            sum = total
        }
    }
}
