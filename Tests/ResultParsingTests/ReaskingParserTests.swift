// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ResultParsing
import Testing

@Suite("Asking again")
struct ReaskingParserTests {
    /// Answers with the number of the request, so that what is asked can be counted without a test product.
    private struct Counter: ModelAdapter {
        let name = "counter"
        let capabilities: ModelCapabilities = [.chat, .rawPrompts]

        func generate(_ request: GenerationRequest) async throws -> GenerationStream {
            let turns: Int
            switch request.prompt {
            case .messages(let messages): turns = messages.count
            case .raw(let text): turns = text.split(separator: "\n\n").count
            }
            let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
            continuation.yield(.text(TextDelta(text: "n\(turns)")))
            continuation.yield(
                .finished(
                    GenerationSummary(finishReason: .stop, usage: TokenUsage(promptTokens: 1, completionTokens: 1))))
            continuation.finish()
            return GenerationStream(events)
        }

        func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 1 }
    }

    @Test(
        "The model sees its answer and the reason, in conversations and raw text",
        arguments: [
            (GenerationPrompt.user("?"), "n3"), (GenerationPrompt.raw("?"), "n2"),
        ])
    func reask(prompt: GenerationPrompt, answer: String) async throws {
        let parser = ReaskingParser(try ChoiceParser(choices: [answer]), maximumAttempts: 3)
        let outcome = try await parser.run(model: Counter(), request: GenerationRequest(prompt: prompt))
        #expect(outcome.attempts.map(\.answer) == ["n1", answer])
        #expect(try outcome.get().value == .string(answer))
    }

    @Test("A first answer that is given costs nothing")
    func firstAnswer() async throws {
        let outcome = try await ReaskingParser(PlainParser()).run(
            model: Counter(), request: GenerationRequest(prompt: "?"), firstAnswer: "here")
        #expect(outcome.attempts.map(\.answer) == ["here"])
        #expect(outcome.attempts[0].summary == nil)
    }

    @Test("After the last attempt the last reason is thrown")
    func bound() async throws {
        let outcome = try await ReaskingParser(JSONAnswerParser(), maximumAttempts: 3).run(
            model: Counter(), request: GenerationRequest(prompt: "?"))
        #expect(outcome.attempts.count == 3)
        let error = try #require(throws: ParseError.self) { try outcome.get() }
        #expect(error.message.contains("'n5' contains no JSON"))
    }
}
