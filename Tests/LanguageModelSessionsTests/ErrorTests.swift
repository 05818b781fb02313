// SPDX-License-Identifier: Apache-2.0

import LLMCore
import LanguageModelSessions
import OpenAutoGLMTesting
import Testing

@Suite("A session's errors have the names that applications look for")
struct ErrorTests {
    private typealias Failure = LanguageModelSession.GenerationError

    /// Which case an error is.
    private static func name(_ error: any Error) -> String {
        guard let error = error as? Failure else { return (error as? any CodedError)?.codeName ?? "\(error)" }
        return switch error {
        case .exceededContextWindowSize: "exceededContextWindowSize"
        case .assetsUnavailable: "assetsUnavailable"
        case .guardrailViolation: "guardrailViolation"
        case .unsupportedGuide: "unsupportedGuide"
        case .unsupportedLanguageOrLocale: "unsupportedLanguageOrLocale"
        case .decodingFailure: "decodingFailure"
        case .rateLimited: "rateLimited"
        case .concurrentRequests: "concurrentRequests"
        case .refusal: "refusal"
        }
    }

    private static func error(
        _ reply: ScriptedModel.Reply, options: GenerationOptions = GenerationOptions()
    ) async -> any Error {
        let session = LanguageModelSession(model: .adapter(ScriptedModel(replies: [reply])))
        do {
            return LLMError(
                .backendFailed, "There is a response: \(try await session.respond(to: "Well?", options: options))")
        } catch {
            return error
        }
    }

    @Test(
        "Errors of the model keep their words",
        arguments: [
            (LLMError.Code.contextOverflow, "exceededContextWindowSize"), (.overloaded, "rateLimited"),
            (.unknownModel, "assetsUnavailable"), (.backendFailed, "llm.backend-failed"),
            (.deadlineExceeded, "llm.deadline-exceeded"), (.unsupported, "llm.unsupported"),
        ])
    func modelErrors(code: LLMError.Code, name: String) async {
        let error = await Self.error(.failure(LLMError(code, "It has 9 of 8 tokens.")))
        #expect(Self.name(error) == name)
        #expect("\(error)".contains("It has 9 of 8 tokens."))
    }

    @Test("A response that ends at the context's end is an error that tells the sizes; at one's own limit it is not")
    func length() async {
        let reply = ScriptedModel.Reply.ended("Half of", .length)
        let error = await Self.error(reply)
        #expect(Self.name(error) == "exceededContextWindowSize")
        #expect("\(error)".contains("1 tokens, 3 with"))
        let limited = await Self.error(reply, options: GenerationOptions(maximumResponseTokens: 2))
        #expect("\(limited)".contains("Half of"))
    }

    @Test("A response that the backend withheld is a refusal with what there was of it")
    func refusal() async throws {
        let error = await Self.error(.ended("I'd rather not.", .contentFilter))
        guard case Failure.refusal(let refusal, _) = error else {
            Issue.record("The error is \(error).")
            return
        }
        #expect(try await refusal.explanation.content == "I'd rather not.")
    }

    @Test("Tools for a model that cannot call are refused, not forgotten")
    func toolsWithoutCapability() async {
        let session = LanguageModelSession(model: .adapter(ScriptedModel(replies: ["Hi."])), tools: [Echo()])
        await #expect(throws: LLMError.self) { try await session.respond(to: "Well?") }
        #expect(session.transcript.count == 1)
        let options = GenerationOptions(toolCallingMode: .disallowed)
        #expect((try? await session.respond(to: "Well?", options: options))?.content == "Hi.")
    }
}
