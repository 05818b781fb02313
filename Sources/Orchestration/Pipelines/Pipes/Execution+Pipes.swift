// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension Execution {
    /// Runs a pipe, or takes what an earlier attempt to run has recorded of it.
    ///
    /// The journal gets the results of all stages at once, when the last has ended.
    /// - Parameter unread: The slots that nobody reads after the pipe; what flows there is not kept.
    func pipe(_ pipe: PipeOperation, _ instruction: Instruction, in frame: Frame, unread: [Int]) async throws {
        let start = self.elapsed()
        let key = frame.key(of: instruction.id)
        let call = StepCall(key, uses: instruction.uses, effect: .outside)
        let stages = JSONValue.array(pipe.stages.map { .string(frame.key(of: $0.id).rawValue) })
        var record = StepRecord(
            id: instruction.id, key: key, uses: instruction.uses, inputs: ["stages": stages], outputs: [:],
            duration: .zero)
        switch try await self.outcome(of: call) {
        case .failed(let code, let message): throw RecordedFailure(codeName: code, message: message)
        case .finished(let outputs, let usage):
            (record.outputs, record.usage, record.wasRecorded) = (outputs, usage, true)
        case nil:
            self.onEvent?(.started(step: key.rawValue, uses: instruction.uses, inputs: record.inputs))
            let inner = Execution(within: self)
            record.outputs = try await self.attempts(pipe.retry, of: key) {
                try await inner.flow(through: pipe, key, in: frame, unread: unread)
            }
            record.duration = self.elapsed() - start
            try await self.record(.finished(outputs: record.outputs, usage: inner.usage.sum), of: call, since: start)
        }
        for stage in pipe.stages {
            let outputs = record.outputs[stage.id]?.objectValue ?? [:]
            frame.slots[stage.instruction.slot] = .outputs(
                Dictionary(uniqueKeysWithValues: outputs.map { ($0, $1) }), asked: nil)
        }
        self.keep(record)
    }

    /// Runs all stages to their end; when one fails the others are cancelled.
    ///
    /// - Returns: What the stages gave, by their ids.
    private func flow(
        through pipe: PipeOperation, _ key: StepKey, in frame: Frame, unread: [Int]
    ) async throws -> [String: JSONValue] {
        let channels = pipe.stages.dropLast().map { _ in PieceChannel() }
        let shown = pipe.stages.lastIndex { $0.output != nil }
        return try await withThrowingTaskGroup(
            of: (String, JSONValue).self, returning: [String: JSONValue].self
        ) { group in
            for (index, stage) in pipe.stages.enumerated() {
                let before = index > 0 ? channels[index - 1] : nil
                let connection = StageConnection(
                    stage, incoming: before,
                    isTextIncoming: index > 0 && pipe.stages[index - 1].output?.type == .string,
                    outgoing: index < channels.count ? channels[index] : nil,
                    isKept: !unread.contains(stage.instruction.slot),
                    watcher: index == shown ? self.watcher(of: stage, key) : nil)
                group.addTask { (stage.id, try await self.run(stage, connection, in: frame)) }
            }
            var outputs: [String: JSONValue] = [:]
            for try await (id, given) in group { outputs[id] = given }
            return outputs
        }
    }

    /// Shows what flows out of a pipe: a text as it is written, anything else a line a piece.
    private func watcher(of stage: PipeStage, _ key: StepKey) -> (@Sendable (JSONValue) -> Void)? {
        guard let onEvent = self.onEvent else { return nil }
        let isText = stage.output?.type == .string
        return { piece in
            onEvent(.text(step: key.rawValue, delta: isText ? piece.plainText : piece.plainText + "\n"))
        }
    }

    private func run(_ stage: PipeStage, _ connection: StageConnection, in frame: Frame) async throws -> JSONValue {
        do {
            var outputs: [String: JSONValue]
            switch stage.work {
            case .step(let step, let operation):
                outputs = try await self.run(step, operation, stage, connection, in: frame)
            case .forEach(let loop): outputs = try await self.forEach(loop, stage, connection, in: frame)
            }
            connection.close()
            outputs.merge(connection.kept) { $1 }
            return JSONValue(sorted: outputs)
        } catch let error as JournalFailure { throw error } catch let error as CancellationError {
            throw error
        } catch let waiting as RunSuspension {
            throw StageFailure(
                stage.instruction,
                PipelineError(.invalidValue, "A pipe cannot wait for an answer: \(waiting.message)"))
        } catch { throw StageFailure(stage.instruction, error) }
    }

    private func run(
        _ step: any StreamingStep, _ operation: StepOperation, _ stage: PipeStage, _ connection: StageConnection,
        in frame: Frame
    ) async throws -> [String: JSONValue] {
        let start = self.elapsed()
        var inputs: [String: JSONValue] = [:]
        for argument in operation.arguments { inputs[argument.name] = try argument.checkedValue(in: frame) }
        let flowing = step.definition.streamingInput
        let whole = flowing.flatMap { connection.takesFlow ? nil : inputs[$0.name] } ?? .null
        let key = frame.key(of: stage.id)
        self.onEvent?(.started(step: key.rawValue, uses: stage.instruction.uses, inputs: inputs))
        let usage = UsageCounter()
        let context = StepContext(stage.instruction, operation, key: key, execution: self, frame: frame, usage: usage)
        var given = StepInputs(inputs)
        if let flowing { given.values[flowing.name] = nil }
        let outputs = try await step.run(
            given, flow: connection.flow(or: FlowingPieces(whole: whole), isText: whole.stringValue != nil),
            context: context)
        var record = StepRecord(
            id: stage.id, key: key, uses: stage.instruction.uses, inputs: inputs,
            outputs: outputs.merging(connection.kept) { $1 }, duration: self.elapsed() - start)
        record.usage = usage.sum
        self.keep(record)
        return outputs
    }
}
