// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LLMCore
import LanguageModelSessions
import OpenAutoGLMTesting
import Testing

@Suite("A session remembers what was said, and responds to one request at a time")
struct SessionTests {
    private static func session(
        _ replies: [ScriptedModel.Reply], instructions: String? = nil
    ) -> (session: LanguageModelSession, model: ScriptedModel) {
        let model = ScriptedModel(replies: replies)
        return (LanguageModelSession(model: .adapter(model), instructions: instructions), model)
    }

    @Test("Instructions, prompts and responses reach the model in their order")
    func conversation() async throws {
        let (session, model) = Self.session(["Paris.", "Berlin."], instructions: "Be brief.")
        let first = try await session.respond(to: "Capital of France?")
        #expect(first.content == "Paris.")
        #expect(first.transcriptEntries.count == 2)
        #expect(
            try await session.respond {
                "Capital of"; "Germany?"
            }.content == "Berlin.")
        let last = try #require(model.requests.last)
        #expect(
            last.prompt
                == .messages([
                    .system("Be brief."), .user("Capital of France?"), .assistant("Paris."),
                    .user("Capital of\nGermany?"),
                ]))
        #expect(session.transcript.count == 5)
        #expect(session.usage.totalTokenCount == first.usage.totalTokenCount + 13)
        #expect(!session.isResponding)
    }
}
