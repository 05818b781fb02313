// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Execution {
    /// Waits for somebody's answer.
    func wait(for question: String, _ choices: [String], _ instruction: Instruction, in frame: Frame) async throws {
        let start = self.elapsed()
        let call = frame.call(of: instruction)
        let pending = PendingAnswer(key: call.key, question: question, choices: choices)
        let answer = try await self.answer(to: pending, of: call, since: start)
        if !choices.isEmpty, !choices.contains(answer.plainText) {
            throw PipelineError(
                .invalidValue, "The answer '\(answer.plainText)' is none of \(choices.joined(separator: ", ")).")
        }
        frame.slots[instruction.slot] = .outputs(["answer": answer], asked: nil)
        self.keep(
            StepRecord(
                id: instruction.id, key: call.key, uses: instruction.uses, inputs: ["question": .string(question)],
                outputs: ["answer": answer], duration: self.elapsed() - start))
    }

    /// Waits before a step until somebody lets the run go on.
    func pause(before instruction: Instruction, in frame: Frame) async throws {
        let key = frame.key(of: "\(instruction.id)!")
        let pending = PendingAnswer(key: key, question: "Go on with '\(instruction.id)'?")
        let call = StepCall(key, uses: "breakpoint", effect: .outside)
        _ = try await self.answer(to: pending, of: call, since: self.elapsed())
    }

    /// Waits until a time has passed, counted from when the run first came here.
    func sleep(_ duration: Duration, _ instruction: Instruction, in frame: Frame) async throws {
        let start = self.elapsed()
        let call = frame.call(of: instruction)
        guard try await self.outcome(of: call) == nil else { return }
        let end = try await self.wakeUpTime(after: duration, frame.key(of: "\(instruction.id)!until"))
        let rest = end - self.runner.now()
        if self.journal != nil, let longest = self.runner.longestSleep, rest > longest {
            let question = "It sleeps for \(rest) more."
            throw RunSuspension([PendingAnswer(key: call.key, question: question, until: end)])
        }
        if rest > .zero { try await self.runner.clock.sleep(for: rest) }
        try await self.record(.finished(outputs: [:], usage: nil), of: call, since: start)
    }

    private func wakeUpTime(after duration: Duration, _ key: StepKey) async throws -> Duration {
        let call = StepCall(key, uses: "sleep", effect: .outside)
        if case .finished(let outputs, _) = try await self.outcome(of: call), let end = outputs["until"]?.numberValue {
            return .seconds(end)
        }
        let end = self.runner.now() + duration
        try await self.record(
            .finished(outputs: ["until": .number(end / .seconds(1))], usage: nil), of: call, since: self.elapsed())
        return end
    }

    private func answer(to pending: PendingAnswer, of call: StepCall, since start: Duration) async throws -> JSONValue {
        if case .finished(let outputs, _) = try await self.outcome(of: call) { return outputs["answer"] ?? .null }
        self.onEvent?(.waiting(pending))
        guard let answer = try await self.runner.answer?(pending) else { throw RunSuspension([pending]) }
        try await self.record(.answer(answer), of: call, since: start)
        return answer
    }
}
