// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import OrderedCollections
import Testing

/// Whatever a member holds, the answer is one of the protocol's, and never the server's own failure.
@Suite("Requests with anything in them")
struct AnyRequestTests {
    /// A good request of a route, with as many of its members as can be together.
    struct Route: Sendable, CustomTestStringConvertible {
        let path: String
        let request: String

        var testDescription: String { self.path }
    }

    static let routes = [
        Route(
            path: "/v1/chat/completions",
            request: """
                {"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"c","content":"b"}],
                "tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"auto","n":1,
                "max_tokens":5,"stop":["x"],"logprobs":true,"top_logprobs":1,"logit_bias":{"1":1},
                "stream_options":{"include_usage":true},"metadata":{"a":"b"},"user":"me","parallel_tool_calls":true,
                "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},
                "temperature":0.5,"top_p":0.5,"top_k":3,"typical_p":0.5,"repeat_penalty":1.1,"repeat_last_n":5,"seed":1}
                """),
        Route(
            path: "/v1/completions",
            request: """
                {"prompt":["a"],"n":1,"best_of":1,"echo":false,"suffix":"","max_tokens":5,"logprobs":1,"stop":["x"],
                "stream_options":{"include_usage":true},"temperature":0.5,"user":"me"}
                """),
        Route(
            path: "/v1/responses",
            request: """
                {"input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},
                {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
                {"type":"function_call_output","call_id":"c","output":"b"},{"type":"reasoning","summary":[]}],
                "instructions":"i","tools":[{"type":"function","name":"f","parameters":{}}],"tool_choice":"auto",
                "text":{"format":{"type":"json_schema","name":"n","schema":{}}},"max_output_tokens":5,
                "include":["message.output_text.logprobs"],"top_logprobs":1,"store":false,"previous_response_id":null,
                "conversation":null,"prompt":null,"background":false,"metadata":{"a":"b"},"temperature":0.5,"user":"me",
                "reasoning":{"effort":"low"}}
                """),
        Route(
            path: "/v1/messages",
            request: """
                {"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},
                {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"b"}]}],
                "system":[{"type":"text","text":"s"}],"max_tokens":5,"tools":[{"name":"f","input_schema":{}}],
                "tool_choice":{"type":"auto"},"stop_sequences":["x"],"metadata":{"user_id":"me"},
                "output_config":{"format":{"type":"json_schema","schema":{}}},"temperature":0.5,"top_k":3}
                """),
        Route(
            path: "/api/chat",
            request: """
                {"messages":[{"role":"user","content":"a","images":["iVBORw0KGgoA"]},
                {"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]},
                {"role":"tool","tool_name":"f","content":"b"}],
                "tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"format":"json","logprobs":true,
                "top_logprobs":1,"keep_alive":"5m",
                "options":{"num_predict":5,"stop":["x"],"temperature":0.5,"repeat_last_n":3}}
                """),
        Route(
            path: "/api/generate",
            request: """
                {"prompt":"a","system":"s","raw":false,"images":["iVBORw0KGgoA"],"suffix":"","template":"","context":[],
                "format":{"type":"object"},"options":{"num_predict":5},"logprobs":true}
                """),
        Route(path: "/v1/embeddings", request: #"{"input":["a"],"encoding_format":"float","dimensions":null}"#),
        Route(path: "/api/embed", request: #"{"input":["a"]}"#),
    ]

    private static let values = """
        [null,true,0,-1,1e300,9223372036854775807,"","a",[],[null],[[]],[{}],{},{"a":null},{"type":"x"},[{"role":"user"}]]
        """

    /// The request with every member, one after the other and at every depth, replaced by a value.
    private static func changed(_ request: JSONValue, to value: JSONValue) -> [JSONValue] {
        switch request {
        case .object(let members):
            members.keys.flatMap { key in
                ([value] + Self.changed(members[key] ?? .null, to: value)).map { change -> JSONValue in
                    var members = members
                    members[key] = change
                    return .object(members)
                }
            }
        case .array(let elements):
            elements.indices.flatMap { index in
                ([value] + Self.changed(elements[index], to: value)).map { change -> JSONValue in
                    var elements = elements
                    elements[index] = change
                    return .array(elements)
                }
            }
        default: []
        }
    }

    private static func ask(_ server: LiveServer, _ path: String, _ request: JSONValue, streams: Bool) async throws
        -> LiveServer.Reply
    {
        guard case .object(var members) = request else { return try await server.send(.POST, path, body: "") }
        (members["model"], members["stream"]) = ("capable", .bool(streams))
        return try await server.send(.POST, path, body: JSONValue.object(members).serialized())
    }

    @Test("A good request is answered; one that is changed anywhere is answered or refused", arguments: Self.routes)
    func anything(route: Route) async throws {
        try await LiveServer.run(CapableModel()) { server in
            let request = try JSONValue(parsing: route.request)
            for streams in [true, false] {
                let good = try await Self.ask(server, route.path, request, streams: streams)
                #expect(good.status == 200, "\(good.text)")
            }
            var refused = 0
            for (number, value) in (try JSONValue(parsing: Self.values).arrayValue ?? []).enumerated() {
                for changed in Self.changed(request, to: value) {
                    let reply = try await Self.ask(server, route.path, changed, streams: number % 2 == 0)
                    #expect([200, 400].contains(reply.status), "\(changed): \(reply.status) \(reply.text)")
                    if reply.status != 200 { refused += 1 }
                }
            }
            #expect(refused > 5)
        }
    }
}
