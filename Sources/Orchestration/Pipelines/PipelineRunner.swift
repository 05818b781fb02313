// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import TaskRouting

/// Runs pipelines on a model.
///
/// Cancelling the task that runs stops between steps and, where the model is at work, within one token.
public struct PipelineRunner: Sendable {
    /// The model that answers.
    public var model: any ModelAdapter
    /// The kinds of steps that pipelines can name.
    public var registry: StepRegistry
    /// Identifies tasks.
    public var router: TaskRouter
    /// Where relative file names in pipelines start; nil forbids them.
    public var baseFolder: String?
    /// Measures how long steps take.
    public var clock: any Clock<Duration>

    /// Makes a runner.
    public init(
        model: any ModelAdapter, registry: StepRegistry = .standard, router: TaskRouter = TaskRouter(),
        baseFolder: String? = nil, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.model = model
        self.registry = registry
        self.router = router
        self.baseFolder = baseFolder
        self.clock = clock
    }

    /// Runs a pipeline.
    ///
    /// - Parameters:
    ///   - pipeline: What to run.
    ///   - inputs: A value for each input that has no default.
    ///   - onEvent: Told of every step as it starts, generates text, and ends.
    /// - Returns: The output, and what every step did.
    /// - Throws: ``PipelineError`` with code `.invalidInput` or, with step and place, `.stepFailed`;
    ///   `CancellationError` if the task was cancelled.
    public func run(
        _ pipeline: Pipeline, inputs: [String: JSONValue] = [:],
        onEvent: @escaping @Sendable (PipelineEvent) -> Void = { _ in }
    ) async throws -> PipelineResult {
        let elapsed = Self.stopwatch(self.clock)
        var values = ["inputs": try Self.checked(inputs, for: pipeline)]
        let record = RunRecord()
        var records = [StepRecord]()
        for declaration in pipeline.steps {
            try Task.checkCancellation()
            let step = try await self.run(declaration, values: values, record: record, onEvent: onEvent)
            values[declaration.id] = step.outputs
            records.append(step)
        }
        let output: JSONValue
        if let expression = pipeline.output {
            output = try expression.value { try Self.lookUp($0, in: values) }
        } else {
            output = records.last?.outputs["value"] ?? .null
        }
        return PipelineResult(output: output, steps: records, duration: elapsed())
    }

    private func run(
        _ declaration: StepDeclaration, values: [String: [String: JSONValue]], record: RunRecord,
        onEvent: @escaping @Sendable (PipelineEvent) -> Void
    ) async throws -> StepRecord {
        let id = declaration.id
        let elapsed = Self.stopwatch(self.clock)
        do {
            guard let step = self.registry[declaration.uses] else {
                let hint = NearestName.hint(for: declaration.uses, in: self.registry.definitions.map(\.name))
                throw PipelineError(.invalidValue, "There is no step '\(declaration.uses)'. \(hint)")
            }
            let inputs = try self.inputs(of: declaration, step.definition, values: values)
            onEvent(.started(step: id, uses: declaration.uses, inputs: inputs))
            let context = StepContext(
                stepID: id, runner: self, origins: Self.origins(of: declaration), record: record,
                onText: { onEvent(.text(step: id, delta: $0)) })
            let outputs = try await step.run(StepInputs(inputs), context: context)
            let finished = StepRecord(
                id: id, uses: declaration.uses, inputs: inputs, outputs: outputs, duration: elapsed(),
                usage: record.usage(of: id))
            onEvent(.finished(finished))
            return finished
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let place = declaration.place.map { " (\($0))" } ?? ""
            let failure = PipelineError(
                .stepFailed, "The step '\(id)' (uses \(declaration.uses)) failed\(place).", cause: error)
            onEvent(.failed(step: id, error: failure, duration: elapsed()))
            throw failure
        }
    }

    // MARK: - Values

    private static func checked(_ inputs: [String: JSONValue], for pipeline: Pipeline) throws -> [String: JSONValue] {
        let known = pipeline.inputs.map(\.name)
        if let unknown = inputs.keys.sorted().first(where: { !known.contains($0) }) {
            throw PipelineError(
                .invalidInput,
                "The pipeline '\(pipeline.name)' has no input '\(unknown)'. \(NearestName.hint(for: unknown, in: known))"
            )
        }
        var values: [String: JSONValue] = [:]
        for input in pipeline.inputs {
            guard let value = inputs[input.name] ?? input.defaultValue else {
                let about = input.description.isEmpty ? "" : ": \(input.description)"
                throw PipelineError(
                    .invalidInput,
                    "The pipeline '\(pipeline.name)' needs the input '\(input.name)' (\(input.type.rawValue))\(about).")
            }
            guard input.type.holds(value) else {
                throw PipelineError(
                    .invalidInput,
                    "The input '\(input.name)' must be of type \(input.type.rawValue), but is \(value.typeName).")
            }
            values[input.name] = value
        }
        return values
    }

    private func inputs(
        of declaration: StepDeclaration, _ definition: StepDefinition, values: [String: [String: JSONValue]]
    ) throws -> [String: JSONValue] {
        var inputs: [String: JSONValue] = [:]
        for (name, expression, _) in declaration.with {
            let value = try expression.value { try Self.lookUp($0, in: values) }
            let port = definition.inputs.first { $0.name == name }
            if let port, value != .null || port.isRequired, !port.type.holds(value) {
                throw PipelineError(
                    .invalidValue, "'\(name)' must be of type \(port.type.rawValue), but is \(value.typeName).")
            }
            if let port, !port.choices.isEmpty, let text = value.stringValue, !port.choices.contains(text) {
                throw PipelineError(
                    .invalidValue, "'\(name)' cannot be '\(text)'. \(NearestName.hint(for: text, in: port.choices))")
            }
            inputs[name] = value
        }
        return inputs
    }

    private static func lookUp(
        _ reference: ValueExpression.Reference, in values: [String: [String: JSONValue]]
    ) throws -> JSONValue {
        guard var value = values[reference.source]?[reference.name] else {
            throw PipelineError(.invalidValue, "\(reference) refers to nothing.")
        }
        for key in reference.path {
            let next: JSONValue?
            switch value {
            case .array(let elements): next = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: next = value[key]
            }
            guard let next else {
                throw PipelineError(.invalidValue, "\(reference) finds no '\(key)' in \(value.typeName).")
            }
            value = next
        }
        return value
    }

    /// The steps that inputs come from, where an input is one reference.
    private static func origins(of declaration: StepDeclaration) -> [String: String] {
        var origins: [String: String] = [:]
        for (name, expression, _) in declaration.with {
            if case .reference(let reference) = expression.kind { origins[name] = reference.source }
        }
        return origins
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
