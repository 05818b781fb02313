// SPDX-License-Identifier: Apache-2.0

import Foundation
import GuidedGeneration
import LLMCore
import LanguageModelSessions
import OpenAutoGLMTesting
import Testing

@Suite("A transcript can be kept, and be the beginning of another session")
struct TranscriptTests {
    private static let call = ToolCall(id: "1", name: "echo", arguments: ["text": "hi"])

    /// A session in which everything has happened once.
    private static func lived() async throws -> LanguageModelSession {
        let replies: [ScriptedModel.Reply] = [.calls([self.call]), "It says hi.", .text(#"{"text": "é\n"}"#)]
        let model = ScriptedModel(replies: replies, capabilities: [.tools, .constraints])
        let session = LanguageModelSession(model: .adapter(model), tools: [Echo()], instructions: "Be brief.")
        try await session.respond(to: "Say hi.", options: GenerationOptions(sampling: .random(top: 3, seed: 4)))
        try await session.respond(to: "A text?", generating: Echo.Arguments.self)
        return session
    }

    @Test("Encoding and decoding gives the same transcript")
    func roundTrip() async throws {
        let transcript = try await Self.lived().transcript
        #expect(transcript.count == 7)
        let data = try JSONEncoder().encode(transcript)
        #expect(try JSONDecoder().decode(Transcript.self, from: data) == transcript)
        #expect(String(decoding: data, as: UTF8.self).contains(#""type":"toolOutput""#))
    }

    @Test(
        "What is no transcript is refused",
        arguments: [
            #"{"entries": [{"type": "poem", "id": "1"}]}"#, #"{"entries": [{"type": "prompt"}]}"#, #"[]"#,
            #"{"entries":[{"type":"toolCalls","id":"1","calls":[{"id":"2","toolName":"x","arguments":"nul"}]}]}"#,
        ])
    func malformed(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Transcript.self, from: Data(json.utf8)) }
    }

    @Test("A session from a transcript goes on where the other was")
    func continued() async throws {
        let first = try await Self.lived()
        let model = ScriptedModel(replies: ["Bye."], capabilities: [.tools])
        let second = LanguageModelSession(model: .adapter(model), tools: [Echo()], transcript: first.transcript)
        #expect(try await second.respond(to: "Say bye.").content == "Bye.")
        #expect(second.transcript.count == 9 && first.transcript.count == 7)
        guard case .messages(let messages)? = model.requests.first?.prompt else { return }
        #expect(messages.map(\.role) == [.system, .user, .assistant, .tool, .assistant, .user, .assistant, .user])
        #expect(messages[6].text == #"{"text":"é\n"}"#)
    }

    @Test("Entries can be left out, to make room")
    func edited() async throws {
        var transcript = try await Self.lived().transcript
        transcript.removeSubrange(1..<5)
        #expect(transcript.count == 3)
        guard case .instructions? = transcript.first, case .response? = transcript.last else {
            Issue.record("The wrong entries are left.")
            return
        }
        #expect(Set(transcript.map(\.id)).count == 3)
    }
}
