// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Execution {
    /// Does what a kind of step does, or takes what an earlier attempt to run has recorded of it.
    func step(_ operation: StepOperation, _ instruction: Instruction, in frame: Frame) async throws {
        let start = self.elapsed()
        var inputs = [String: JSONValue](minimumCapacity: operation.arguments.count)
        for argument in operation.arguments { inputs[argument.name] = try argument.checkedValue(in: frame) }
        let key = frame.key(of: instruction.id)
        let call = StepCall(key, uses: instruction.uses, effect: operation.effect)
        var record = StepRecord(
            id: instruction.id, key: key, uses: instruction.uses, inputs: inputs, outputs: [:], duration: .zero)
        switch try await self.outcome(of: call) {
        case .failed(let code, let message): throw RecordedFailure(codeName: code, message: message)
        case .finished(let outputs, let usage):
            (record.outputs, record.usage, record.wasRecorded) = (outputs, usage, true)
            if let event = EmittedEvent(call, .finished(outputs: outputs, usage: usage)) { self.keep(event) }
        case nil:
            self.onEvent?(.started(step: key.rawValue, uses: instruction.uses, inputs: inputs))
            let usage = UsageCounter()
            let context = StepContext(
                instruction, operation, key: key, execution: self, frame: frame, usage: usage)
            let given = StepInputs(inputs)
            record.outputs = try await self.surrounded(call) {
                try await self.attempts(operation.retry, of: key) {
                    try await operation.step.run(given, context: context)
                }
            }
            record.usage = usage.sum
            record.duration = self.elapsed() - start
            // This happens also where the task is being cancelled: what has been done must not be done again.
            try await self.record(.finished(outputs: record.outputs, usage: record.usage), of: call, since: start)
        }
        let question = operation.effect == .model ? StepQuestion(step: operation.step, inputs: inputs) : nil
        frame.slots[instruction.slot] = .outputs(record.outputs, asked: question)
        self.keep(record)
    }

    /// Tries something until it ends well or has been tried often enough.
    func attempts(
        _ policy: RetryPolicy?, of key: StepKey, _ body: () async throws -> [String: JSONValue]
    ) async throws -> [String: JSONValue] {
        guard let policy else { return try await body() }
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch  where attempt < policy.attempts && error.mayPass {
                let wait = policy.wait(after: attempt, chance: self.runner.chance())
                self.onEvent?(
                    .retrying(step: key.rawValue, attempt: attempt, error: error, wait: wait))
                try await self.runner.clock.sleep(for: wait)
                attempt += 1
            }
        }
    }
}

extension Error {
    /// Whether another attempt may end better.
    fileprivate var mayPass: Bool {
        if self is CancellationError || self is JournalFailure || Task.isCancelled { return false }
        let final = [PipelineError.Code.invalidValue, .unanswered].map { "pipeline.\($0.rawValue)" }
        return !final.contains((self as? any CodedError)?.codeName ?? "")
    }
}

extension CompiledArgument {
    /// The argument's value, of the type that the step wants.
    func checkedValue(in frame: Frame) throws -> JSONValue {
        let value = try self.value.value(in: frame)
        guard let port else { return value }
        if value != .null || port.isRequired, !port.type.holds(value) {
            throw PipelineError(
                .invalidValue, "'\(self.name)' must be of type \(port.type.rawValue), but is \(value.typeName).")
        }
        if !port.choices.isEmpty, let text = value.stringValue, !port.choices.contains(text) {
            throw PipelineError(
                .invalidValue, "'\(self.name)' cannot be '\(text)'. \(NearestName.hint(for: text, in: port.choices))")
        }
        return value
    }
}
