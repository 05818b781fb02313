// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import PromptTemplates
internal import ResultParsing
public import TaskRouting

/// What became of a request that was handled as a whole.
public struct TaskOutcome: Sendable {
    /// Which task it was taken for, how surely, and why.
    public var decision: TaskDecision
    /// What the model was asked.
    public var prompt: String
    /// The model's answer.
    public var answer: String
    /// What was read out of the answer.
    public var result: JSONValue
    /// What had to be put right in the answer, one sentence each.
    public var repairs: [String]
}

extension AutoGLM {
    /// Finds out which task a text asks for.
    ///
    /// - Parameter text: What the user wrote.
    /// - Returns: The task, how sure that is, and why.
    /// - Throws: What the model throws.
    public func route(_ text: String) async throws -> TaskDecision {
        try await self.router.route(text, model: self.adapter)
    }

    /// Handles a request as a whole: finds out which task it is, fills that task's prompt, asks the model, reads the answer.
    ///
    /// Each stage can be replaced: the router (``router``), and prompt, sampling and parser by a profile of one's own.
    /// - Parameters:
    ///   - text: What the user wrote.
    ///   - attempts: The most answers to look at before giving up, from 1 to 20.
    ///   - profile: How a task is put to the model and its answer read, given the decision.
    /// - Returns: The result, and how it came about.
    /// - Throws: ``LLMError`` of the model; ``ParseError`` when no answer could be read; `CancellationError`.
    public func perform(
        _ text: String, attempts: Int = 2,
        profile: (TaskDecision) -> TaskProfile = { TaskProfile.standard($0.task, labels: $0.labels) }
    ) async throws -> TaskOutcome {
        let decision = try await self.route(text)
        let profile = profile(decision)
        let prompt = try PromptTemplate(profile.template).format(["text": .string(text)])
        let isRaw = profile.isContinued && self.adapter.capabilities.contains(.rawPrompts)
        let request = GenerationRequest(
            prompt: isRaw ? .raw(prompt) : .user(prompt), sampling: profile.sampling, maxTokens: profile.maxTokens,
            stop: profile.stop)
        if profile.choices.count > 1, self.adapter.capabilities.contains(.scoring) {
            let label = try await self.adapter.probabilities(of: profile.choices, after: request.prompt).best.text
            return TaskOutcome(decision: decision, prompt: prompt, answer: label, result: .string(label), repairs: [])
        }
        let parser = ReaskingParser(try profile.parser.makeParser(), maximumAttempts: attempts)
        let outcome = try await parser.run(model: self.adapter, request: request)
        let parsed = try outcome.get()
        return TaskOutcome(
            decision: decision, prompt: prompt, answer: outcome.attempts.last?.answer ?? "", result: parsed.value,
            repairs: parsed.repairs)
    }
}
