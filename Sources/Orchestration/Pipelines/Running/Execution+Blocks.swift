// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Execution {
    /// Runs steps one after the other.
    func run(_ block: Block, in frame: Frame) async throws {
        for position in block.instructions.indices {
            try Task.checkCancellation()
            let instruction = block.instructions[position]
            let releases = block.releases[position]
            try await self.run(instruction, in: frame, unread: releases)
            for slot in releases { frame.slots[slot] = .empty }
        }
    }

    /// Runs a step if its condition holds.
    ///
    /// - Parameter unread: The slots that nobody reads after it.
    private func run(_ instruction: Instruction, in frame: Frame, unread: [Int]) async throws {
        let start = self.elapsed()
        do {
            if let when = instruction.when, try !when.isTrue(in: frame) {
                if case .group(_, let otherwise) = instruction.operation {
                    return try await self.run(otherwise, in: frame)
                }
                self.onEvent?(.skipped(step: frame.key(of: instruction.id).rawValue))
                return
            }
            if instruction.isBreakpoint || self.runner.breakpoints.contains(instruction.id) {
                try await self.pause(before: instruction, in: frame)
            }
            if let timeout = instruction.timeout {
                try await self.perform(instruction, in: frame, unread: unread, within: timeout)
            } else {
                try await self.perform(instruction, in: frame, unread: unread)
            }
        } catch let error where error.passesThrough {
            throw error
        } catch {
            let failure = StepFailure(instruction, error)
            if instruction.recordsFailure, instruction.isCaught || frame.isCaught {
                try await self.record(
                    .failed(code: failure.failure.code, message: failure.failure.message),
                    of: frame.call(of: instruction), since: start)
            }
            self.onEvent?(
                .failed(
                    step: frame.key(of: instruction.id).rawValue, error: failure.error,
                    duration: self.elapsed() - start))
            throw failure
        }
    }

    private func perform(_ instruction: Instruction, in frame: Frame, unread: [Int]) async throws {
        switch instruction.operation {
        case .step(let operation): try await self.step(operation, instruction, in: frame)
        case .group(let block, _): try await self.run(block, in: frame)
        case .choose(let value, let cases, let otherwise):
            try await self.run(cases[try value.value(in: frame).plainText] ?? otherwise, in: frame)
        case .forEach(let loop):
            try await self.forEach(loop, instruction, in: frame, isRead: !unread.contains(instruction.slot))
        case .loop(let loop): try await self.loop(loop, instruction, in: frame)
        case .parallel(let branches, let concurrency):
            try await self.parallel(branches, concurrency: concurrency, in: frame)
        case .pipe(let pipe): try await self.pipe(pipe, instruction, in: frame, unread: unread)
        case .attempt(let attempt): try await self.attempt(attempt, instruction, in: frame)
        case .call(let program, let arguments): try await self.call(program, arguments, instruction, in: frame)
        case .wait(let question, let choices):
            try await self.wait(for: try question.value(in: frame).plainText, choices, instruction, in: frame)
        case .sleep(let duration): try await self.sleep(duration, instruction, in: frame)
        case .fail(let message): throw PipelineError(.failed, try message.value(in: frame).plainText)
        }
    }

    /// Runs a step, and cancels it when its time is over.
    private func perform(
        _ instruction: Instruction, in frame: Frame, unread: [Int], within timeout: Duration
    ) async throws {
        if !instruction.isRecorded,
            case .failed(let code, let message) = try await self.outcome(of: frame.call(of: instruction))
        {
            throw RecordedFailure(codeName: code, message: message)
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.perform(instruction, in: frame, unread: unread)
                return true
            }
            group.addTask {
                try await self.runner.clock.sleep(for: timeout)
                return false
            }
            let isInTime = try await group.next() ?? true
            group.cancelAll()
            if isInTime { return }
            // A step that ends well while it is being cancelled has ended well.
            if try await Self.endsWell({ try await group.next() }) { return }
            throw PipelineError(.timedOut, "The step took longer than \(timeout).")
        }
    }

    private static func endsWell(_ body: () async throws -> Bool?) async throws -> Bool {
        do { return try await body() ?? false } catch is CancellationError { return false }
    }

    private func attempt(_ attempt: AttemptOperation, _ instruction: Instruction, in frame: Frame) async throws {
        var failure: StepFailure?
        do { try await self.run(attempt.body, in: frame) } catch let error as StepFailure { failure = error }
        let hasFailed = failure != nil
        if let caught = failure, let catching = attempt.catching {
            frame.slots[catching.errorSlot] = .outputs(caught.failure.outputs, asked: nil)
            failure = nil
            do { try await self.run(catching.block, in: frame) } catch let error as StepFailure { failure = error }
        }
        try await self.run(attempt.finally, in: frame)
        if let failure { throw failure }
        frame.slots[instruction.slot] = .outputs(["failed": .bool(hasFailed)], asked: nil)
    }

    private func call(
        _ program: Program, _ arguments: [CompiledArgument], _ instruction: Instruction, in frame: Frame
    ) async throws {
        let inner = Frame(
            program.body, prefix: frame.key(of: instruction.id).rawValue + ".",
            isCaught: instruction.isCaught || frame.isCaught)
        var inputs: [String: JSONValue] = [:]
        for argument in arguments { inputs[argument.name] = try argument.value.value(in: frame) }
        inner.slots[0] = .outputs(try program.checked(inputs), asked: nil)
        frame.slots[instruction.slot] = .outputs(["output": try await self.run(program, in: inner)], asked: nil)
    }
}

extension Error {
    /// Whether steps around the place where this happened have no say in it.
    fileprivate var passesThrough: Bool {
        self is StepFailure || self is CancellationError || self is RunSuspension || self is JournalFailure
    }
}

extension Instruction {
    /// Whether its outcome is recorded, and not only those of the steps inside it.
    var isRecorded: Bool {
        switch self.operation {
        case .step, .pipe, .wait, .sleep: true
        default: false
        }
    }

    /// Whether the journal keeps that it failed.
    ///
    /// What fails without that fails the same way when the run is resumed.
    fileprivate var recordsFailure: Bool { self.isRecorded || self.timeout != nil }
}

extension Frame {
    /// How the journal names the execution of a step.
    func call(of instruction: Instruction) -> StepCall {
        let effect =
            if case .step(let operation) = instruction.operation { operation.effect } else { StepEffect.outside }
        return StepCall(self.key(of: instruction.id), uses: instruction.uses, effect: effect)
    }
}
