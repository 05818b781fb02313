// SPDX-License-Identifier: Apache-2.0

import AutoGLMProtocol
import GRPCAPI
import GRPCCore
import GRPCProtobuf
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import ServiceClient
import SwiftProtobuf
import Synchronization
import Testing

@Suite("autoglm.v1, by its client")
struct AutoGLMTests {
    private static let call = ToolCall(id: "c1", name: "weather", arguments: ["city": "Lisbon"])

    private static func request() -> GenerationRequest {
        var request = GenerationRequest(prompt: .user("How warm is it in Lisbon?"), maxTokens: 9)
        request.tools = [ToolDefinition(name: "weather", description: "Tells it.", parameters: ["type": "object"])]
        return request
    }

    @Test("A model has a tool called, gets its result, and answers")
    func tools() async throws {
        let model = ScriptedModel(
            replies: [.calls([Self.call], after: "Let me see. "), .text("It has 21 degrees.")], name: "chat",
            capabilities: .tools)
        try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            let text = Mutex("")
            let usage = try await client.generate(
                Self.request(), model: "chat", user: "anna", metadata: ["team": "red"],
                tools: { call in
                    #expect(call == Self.call)
                    return "21 °C"
                }
            ) { event in
                if case .text(let delta) = event { text.withLock { $0 += delta.text } }
                return true
            }
            #expect(text.withLock { $0 } == "Let me see. It has 21 degrees.")
            #expect(usage.completionTokens > 0 && model.requests.count == 2)
            let last = try #require(model.requests.last)
            guard case .messages(let messages) = last.prompt else { Issue.record("no conversation"); return }
            #expect(messages.map(\.role) == [.user, .assistant, .tool] && messages[2].text == "21 °C")
            #expect(messages[1].toolCalls == [Self.call] && messages[2].toolCallID == "c1")
            #expect(last.scheduling.client == "anna" && last.tags == ["team=red"] && last.maxTokens == 9)
        }
    }

    @Test("A client that runs no tools gets the calls; one that cancels gets no more")
    func ends() async throws {
        let model = ScriptedModel(
            replies: [.calls([Self.call]), .endless(after: "For ever")], name: "chat", capabilities: .tools)
        try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            let calls = Mutex<[ToolCall]>([])
            try await client.generate(Self.request(), model: "chat") { event in
                if case .toolCall(let call) = event { calls.withLock { $0.append(call) } }
                return true
            }
            #expect(calls.withLock { $0 } == [Self.call])
            // The second answer never ends by itself.
            try await client.generate(GenerationRequest(prompt: .user("Go on")), model: "chat") { _ in false }
        }
    }

    @Test("Models are listed, asked for, loaded and unloaded")
    func models() async throws {
        try await LiveGRPC.run(chat: ScriptedModel(name: "chat")) { server in
            let client = try AutoGLMClient(server.url)
            let listing = try await client.listing()
            #expect(listing.languageModels == ["chat"] && listing.pipelines == ["double"])
            #expect(listing.repository.map(\.name) == ["add_sub", "repeat", "slow", "sums", "texts"])
            #expect(try await client.isReady("chat"))
            #expect(try await client.isReady("texts"))
            try await client.unload("texts")
            #expect(try await !client.isReady("texts"))
            try await client.load("texts")
            #expect(try await client.isReady("texts", version: "1"))
            let error = await #expect(throws: LLMError.self) { try await client.load("nothing") }
            #expect(error?.code == .unknownModel)
            #expect(throws: LLMError.self) { try AutoGLMClient("http://localhost") }
        }
    }

    @Test("A pipeline tells its steps and its output")
    func pipeline() async throws {
        try await LiveGRPC.run(chat: ScriptedModel(name: "chat")) { server in
            try await server.withClient { client in
                let service = Autoglm_V1_AutoGLM.Client(wrapping: client)
                let events = try await service.runPipeline(
                    .with { ($0.pipeline, $0.inputsJson) = ("double", #"{"word":"ab"}"#) }
                ) { response in
                    var events: [Autoglm_V1_PipelineEvent] = []
                    for try await event in response.messages { events.append(event) }
                    return events
                }
                #expect(
                    events.first?.started.step == "double" && events.last?.result.outputJson == #""abab""#, "\(events)")
                for (name, inputs) in [("double", "[]"), ("double", "{"), ("triple", "{}")] {
                    let error = await #expect(throws: RPCError.self) {
                        try await service.runPipeline(.with { ($0.pipeline, $0.inputsJson) = (name, inputs) }) {
                            for try await _ in $0.messages {}
                        }
                    }
                    #expect(error?.code == (name == "triple" ? .notFound : .invalidArgument))
                }
            }
        }
    }

    @Test("What is wrong is a status with the project's code in its details")
    func errors() async throws {
        try await LiveGRPC.run(chat: ScriptedModel(name: "chat")) { server in
            let begin = Autoglm_V1_GenerateRequest.with {
                $0.begin.model = "chat"
                $0.begin.conversation.messages = [.with { ($0.role, $0.text) = ("user", "Hi") }]
            }
            var cases: [(Autoglm_V1_GenerateRequest, RPCError.Code, String)] = [
                (.init(), .invalidArgument, "llm.invalid-request"),
                (.with { $0.toolResult = .init() }, .invalidArgument, "llm.invalid-request"),
            ]
            for (change, code, reason) in [
                ({ $0.begin.model = "cat" }, .notFound, "llm.unknown-model"),
                ({ $0.begin.text = "" }, .internalError, "llm.backend-failed"),
                ({ $0.begin.conversation.messages = [] }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.conversation.messages[0].role = "usr" }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.sampling.temperature = -1 }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.sampling.temperature = .nan }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.maxTokens = -1 }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.stop = [""] }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.toolChoice = "hammer" }, .invalidArgument, "llm.invalid-request"),
                ({ $0.begin.jsonSchema = String(repeating: "[", count: 100_000) }, .invalidArgument, "json.too-deep"),
            ] as [((inout Autoglm_V1_GenerateRequest) -> Void, RPCError.Code, String)] {
                var message = begin
                change(&message)
                cases.append((message, code, reason))
            }
            try await server.withClient { [cases] client in
                let service = Autoglm_V1_AutoGLM.Client(wrapping: client)
                for (message, code, reason) in cases {
                    let error = await #expect(throws: RPCError.self) {
                        try await service.generate {
                            try await $0.write(message)
                        } onResponse: { response in
                            for try await _ in response.messages {}
                        }
                    }
                    #expect(error?.code == code, "\(String(describing: error))")
                    let status = try error?.unpackGoogleRPCStatus()
                    #expect(status?.details.first?.errorInfo?.reason.hasPrefix(reason.prefix(5)) == true, "\(reason)")
                }
            }
        }
    }
}
