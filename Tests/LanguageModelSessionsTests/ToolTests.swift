// SPDX-License-Identifier: Apache-2.0

import GuidedGeneration
import LLMCore
import LanguageModelSessions
import OpenAutoGLMTesting
import Testing

@Suite("A session runs the tools that its model asks for")
struct ToolTests {
    private static func session(
        _ replies: [ScriptedModel.Reply], tools: [any Tool]
    ) -> (session: LanguageModelSession, model: ScriptedModel) {
        let model = ScriptedModel(replies: replies, capabilities: [.tools])
        return (LanguageModelSession(model: .adapter(model), tools: tools), model)
    }

    private static func call(_ id: String, _ tool: String, _ arguments: JSONValue) -> ToolCall {
        ToolCall(id: id, name: tool, arguments: arguments)
    }

    @Test("A call is run, its output goes back to the model, and the answer follows")
    func loop() async throws {
        let call = Self.call("1", "echo", ["text": "hi"])
        let (session, model) = Self.session([.calls([call]), "It says hi."], tools: [Echo()])
        let response = try await session.respond(to: "Say hi.")
        #expect(response.content == "It says hi.")
        #expect(response.transcriptEntries.count == 4)
        let last = try #require(model.requests.last)
        #expect(
            last.prompt
                == .messages([
                    .user("Say hi."), Message(role: .assistant, content: [], toolCalls: [call]),
                    Message(role: .tool, content: [.text("echo: hi")], toolCallID: "1"),
                ]))
        #expect(last.tools.map(\.name) == ["echo"])
        #expect(last.tools.first?.parameters["properties"]?["text"]?["type"] == "string")
        guard case .instructions(let instructions)? = session.transcript.first else {
            Issue.record("The transcript does not begin with instructions.")
            return
        }
        #expect(instructions.toolDefinitions.map(\.name) == ["echo"])
    }

    @Test("Calls that are asked for at once run at once, and their outputs keep the calls' order")
    func parallel() async throws {
        let calls = (1...3).map { Self.call("\($0)", "meet", [:]) } + [Self.call("4", "echo", ["text": "x"])]
        let (session, model) = Self.session(
            [.calls(calls), "All met."], tools: [Meeting(place: MeetingPlace(size: 3)), Echo()])
        #expect(try await session.respond(to: "Meet.").content == "All met.")
        guard case .messages(let messages)? = model.requests.last?.prompt else { return }
        #expect(messages.suffix(4).map(\.toolCallID) == ["1", "2", "3", "4"])
        #expect(messages.last?.text == "echo: x" && messages[messages.count - 2].text == "met\n3")
    }

    @Test("A tool that fails, or is called with the wrong arguments, fails the request, which leaves no trace")
    func failing() async throws {
        let cases: [(ToolCall, String)] = [
            (Self.call("1", "broken", ["text": "x"]), "broken"), (Self.call("1", "echo", ["txt": "x"]), "echo"),
        ]
        for (call, name) in cases {
            let (session, _) = Self.session([.calls([call])], tools: [Echo(), Broken()])
            let before = session.transcript
            let error = await #expect(throws: LanguageModelSession.ToolCallError.self) {
                try await session.respond(to: "Well?")
            }
            #expect(error?.tool.name == name)
            #expect((error?.underlyingError is Broken.Failure) == (name == "broken"))
            #expect(session.transcript == before && !session.isResponding)
        }
    }

    @Test("A call of a tool that there is not is told to the model, which may try again")
    func unknown() async throws {
        let replies: [ScriptedModel.Reply] = [
            .calls([Self.call("1", "ecko", ["text": "hi"])]), .calls([Self.call("2", "echo", ["text": "hi"])]), "Done.",
        ]
        let (session, model) = Self.session(replies, tools: [Echo()])
        #expect(try await session.respond(to: "Well?").content == "Done.")
        guard case .messages(let messages) = model.requests[1].prompt else { return }
        #expect(messages.last?.text == "There is no tool 'ecko'. Did you mean 'echo'?")
    }

    @Test("Who goes on calling has to answer after eight rounds; who must call may answer afterwards")
    func bounds() async throws {
        let call = ScriptedModel.Reply.calls([Self.call("1", "echo", ["text": "hi"])])
        let (session, model) = Self.session(Array(repeating: call, count: 8) + ["Enough."], tools: [Echo()])
        let options = GenerationOptions(toolCallingMode: .required)
        #expect(try await session.respond(to: "Well?", options: options).content == "Enough.")
        #expect(model.requests.map(\.toolChoice) == [.required] + Array(repeating: .auto, count: 7) + [.none])
        #expect(model.requests.last?.tools.isEmpty == true)
    }

    @Test("Text before calls is seen in the stream, and is no response")
    func streaming() async throws {
        let call = Self.call("1", "echo", ["text": "hi"])
        let (session, _) = Self.session([.calls([call], after: "Wait"), "Done."], tools: [Echo()])
        var seen = [String]()
        for try await snapshot in session.streamResponse(to: "Well?") { seen.append(snapshot.content) }
        #expect(seen == ["Wait", "Done."])
    }

    @Test("Cancelling the request cancels the tool that it waits for")
    func cancelled() async throws {
        let (started, continuation) = AsyncStream<Void>.makeStream()
        let (session, _) = Self.session(
            [.calls([Self.call("1", "endless", [:])])], tools: [Endless(started: continuation)])
        let before = session.transcript
        await withThrowingTaskGroup { group in
            group.addTask { try await session.respond(to: "Wait.") }
            for await _ in started { break }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(session.transcript == before && !session.isResponding)
    }
}
