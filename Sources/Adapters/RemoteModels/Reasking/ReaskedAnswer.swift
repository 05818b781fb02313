// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ResultParsing

/// One question that is put to a model until its answer can be read.
struct ReaskedAnswer: Sendable {
    let model: any ModelAdapter
    let parser: JSONAnswerParser
    let maximumAttempts: Int
    let keepsToOneTurn: Bool

    /// The events of the answer that can be read; its usage counts all attempts.
    ///
    /// - Throws: What the model throws; ``LLMError`` with code `.unusableAnswer` after the last attempt.
    func events(_ request: GenerationRequest) async throws -> [GenerationEvent] {
        let (start, timeLimit) = (ContinuousClock.now, request.scheduling.timeLimit)
        var request = request
        request.constraint = nil
        request.isStreamed = false
        request.prompt = self.instructed(request.prompt)
        var usage = TokenUsage(promptTokens: 0, completionTokens: 0)
        var failure: ParseError?
        for _ in 0..<self.maximumAttempts {
            // The time is that of all attempts together.
            request.scheduling.timeLimit = timeLimit.map { $0 - start.duration(to: .now) }
            if let left = request.scheduling.timeLimit, left <= .zero {
                throw LLMError(
                    .deadlineExceeded, "'\(self.model.name)' gave no JSON by the schema in time.", cause: failure)
            }
            let response = try await self.model.generate(request).response()
            usage.add(response.summary.usage)
            var summary = response.summary
            summary.usage = usage
            guard response.toolCalls.isEmpty else {
                return [.text(TextDelta(text: response.text, reasoning: response.reasoning))]
                    + response.toolCalls.map { .toolCall($0) }
                    + [.finished(summary)]
            }
            do {
                let value = try self.parser.parse(response.text).value
                let answer = TextDelta(text: value.serialized(), reasoning: response.reasoning)
                return [.text(answer), .finished(summary)]
            } catch let error as ParseError {
                failure = error
                request.prompt = self.again(request.prompt, answer: response.text, reason: error.message)
            }
        }
        throw LLMError(
            .unusableAnswer,
            """
            '\(self.model.name)' gave no JSON by the schema in \(self.maximumAttempts) answers; simplify the schema, or use \
            a backend that can be held to it.
            """, cause: failure)
    }

    /// The prompt with the answer that does not fit, and why.
    private func again(_ prompt: GenerationPrompt, answer: String, reason: String) -> GenerationPrompt {
        let longer = ReaskingParser.reask(prompt, answer: answer, reason: reason)
        guard self.keepsToOneTurn, case .messages(var messages) = prompt, !messages.isEmpty,
            case .messages(let turns) = longer
        else { return longer }
        let added = turns.dropFirst(messages.count).map(\.text).joined(separator: "\n\n")
        messages[messages.count - 1].content.append(.text("\n\n\(added)"))
        return .messages(messages)
    }

    /// The prompt with what is expected of the answer.
    private func instructed(_ prompt: GenerationPrompt) -> GenerationPrompt {
        switch prompt {
        case .raw(let text): return .raw("\(text)\n\n\(self.parser.instruction)\n\n")
        case .messages(var messages):
            if let last = messages.indices.last, messages[last].role == .user {
                messages[last].content.append(.text("\n\n\(self.parser.instruction)"))
            } else {
                messages.append(.user(self.parser.instruction))
            }
            return .messages(messages)
        }
    }
}
