// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import ServingCore
import Testing

@Suite("KServe's routes")
struct RoutesTests {
    @Test("The server tells what it is and what it has")
    func descriptions() async throws {
        try await LiveKServe.run { server in
            let metadata = try await server.send(.GET, "/v2").json
            #expect(metadata["name"] == "open-autoglm")
            #expect(metadata["version"] == "1.2.3")
            #expect(metadata["extensions"]?.arrayValue?.contains("binary_tensor_data") == true)
            #expect(try await server.send(.GET, "/v2/health/live").status == 200)
            let model = try await server.send(.GET, "/v2/models/add_sub").json
            #expect(model["inputs"]?.arrayValue?.first == ["name": "INPUT0", "datatype": "INT32", "shape": [-1, 2]])
            #expect(model["versions"] == ["1"])
            let configuration = try await server.send(.GET, "/v2/models/add_sub/versions/1/config").json
            #expect(configuration["max_batch_size"] == 8)
            #expect(configuration["dynamic_batching"] == [:])
            #expect(configuration["input"]?.arrayValue?.first?["dims"] == [2])
            #expect(try await server.send(.GET, "/v2/models/add_sub/ready").status == 200)
            #expect(try await server.send(.GET, "/v2/models/nothing/ready").status == 404)
            #expect(try await server.send(.GET, "/v2/models/floats/config").json["max_batch_size"] == 0)
        }
    }

    @Test(
        "Paths and methods that there are not",
        arguments: [
            (.GET, "/v2/models/add_sub/infer", 405), (.POST, "/v2/models/add_sub", 405), (.DELETE, "/v2", 405),
            (.GET, "/v2/repository/index", 405), (.GET, "/v2/nothing", 404),
        ] as [(HTTPMethod, String, Int)])
    func missing(method: HTTPMethod, path: String, status: Int) async throws {
        try await LiveKServe.run { server in
            let reply = try await server.send(method, path)
            #expect(reply.status == status)
            #expect(reply.json["error"] != nil)
        }
    }

    @Test(
        "A version is asked by its alias, and who names another one is told which there are",
        arguments: [
            ("floats@champion", 200, ""), ("floats%40champion", 200, ""),
            ("floats@next", 404, "no alias 'next' in the catalogue; it has: champion, old"),
            ("floats@old", 404, "is version 7 in the catalogue"), ("add_sub@x", 404, "it has none"),
            ("nothing@champion", 404, "There is no model 'nothing@champion'"),
            ("floats@champion/versions/1", 400, "name no other one besides"),
        ])
    func aliases(name: String, status: Int, part: String) async throws {
        try await LiveKServe.run { server in
            server.repository.resolve { ["floats": ["champion": 1, "old": 7], "add_sub": [:]][$0] }
            let body = #"{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1.5]}]}"#
            let reply = try await server.post("/v2/models/\(name)/infer", body)
            #expect(reply.status == status)
            if status == 200 {
                #expect(reply.json["model_name"] == "floats" && reply.json["model_version"] == "1")
                #expect(try await server.send(.GET, "/v2/models/\(name)").json["name"] == "floats")
            } else {
                #expect(reply.json["error"]?.stringValue?.contains(part) == true, "\(reply.json)")
                #expect(try await server.send(.GET, "/v2/models/\(name)").status == status)
            }
        }
    }

    @Test("Statistics count each request, and go to Prometheus")
    func statistics() async throws {
        try await LiveKServe.run { server in
            let body = #"{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1.5]}]}"#
            for _ in 0..<3 { #expect(try await server.post("/v2/models/floats/infer", body).status == 200) }
            _ = try await server.post("/v2/models/floats/infer", #"{"inputs":[]}"#)
            let figures = try await server.send(.GET, "/v2/models/floats/stats").json["model_stats"]?.arrayValue?.first
            #expect(figures?["inference_count"] == 3)
            #expect(figures?["execution_count"] == 3)
            #expect(figures?["inference_stats"]?["success"]?["count"] == 3)
            #expect(figures?["inference_stats"]?["fail"]?["count"] == 1)
            #expect(figures?["batch_stats"]?.arrayValue?.first?["batch_size"] == 1)
            #expect(try await server.send(.GET, "/v2/models/stats").json["model_stats"]?.arrayValue?.count == 4)
            let text = PrometheusText.text(for: server.repository.allModels)
            #expect(text.contains(#"nv_inference_request_success{model="floats",version="1"} 3"#))
            #expect(text.contains(#"nv_inference_request_failure{model="floats",version="1",reason="OTHER"} 1"#))
            #expect(
                text.contains(
                    #"nv_inference_first_response_histogram_ms_bucket{model="repeat",version="1",le="+Inf"} 0"#))
        }
    }

    @Test("Answers of generate have tensors by their names, once or as they come")
    func generate() async throws {
        try await LiveKServe.run { server in
            let once = try await server.post("/v2/models/texts/generate", #"{"INPUT0":"hello","id":"4","mine":1}"#)
            #expect(once.json == ["id": "4", "model_name": "texts", "model_version": "1", "OUTPUT0": "hello"])
            let stream = try await server.post("/v2/models/repeat/generate_stream", #"{"IN":[4,5,6]}"#)
            #expect(stream.headers["content-type"] == "text/event-stream; charset=utf-8")
            #expect(stream.events.map { $0["OUT"] } == [4, 5, 6])
            #expect(try await server.post("/v2/models/repeat/generate", #"{"IN":[4,5,6]}"#).status == 400)
            #expect(try await server.post("/v2/models/repeat/generate", #"{"IN":[4]}"#).json["OUT"] == 4)
            #expect(try await server.post("/v2/models/repeat/generate_stream", "{}").status == 400)
        }
    }

    @Test("Models are listed, loaded and unloaded")
    func repository() async throws {
        try await LiveKServe.run { server in
            let lines = try await server.post("/v2/repository/index", #"{"ready":true}"#).json
            #expect(lines.arrayValue?.first == ["name": "add_sub", "version": "1", "state": "READY"])
            #expect(try await server.post("/v2/repository/models/floats/unload", "").status == 200)
            #expect(try await server.send(.GET, "/v2/models/floats/ready").status == 503)
            #expect(try await server.post("/v2/repository/models/floats/load", "{}").status == 200)
            #expect(try await server.send(.GET, "/v2/models/floats/ready").status == 200)
            for body in [
                "[]", "{", #"{"parameters":{"config":5}}"#, #"{"parameters":{"config":"{"}}"#,
                #"{"parameters":{"file:1/model":"!"}}"#, #"{"parameters":{"file:../x/y":"AAAA","config":"{}"}}"#,
                #"{"parameters":{"other":"x"}}"#,
            ] { #expect(try await server.post("/v2/repository/models/floats/load", body).status == 400) }
            #expect(try await server.post("/v2/repository/models/nothing/load", "").status == 404)
            #expect(try await server.send(.GET, "/v2/models/floats/ready").status == 200)
        }
    }

    @Test("Settings are told, and changed where they can be")
    func settings() async throws {
        try await LiveKServe.run { server in
            #expect(try await server.send(.GET, "/v2/logging").json["log_info"] == true)
            let changed = try await server.post("/v2/logging", #"{"log_info":false,"log_verbose_level":1}"#).json
            #expect(changed["log_info"] == false)
            #expect(changed["log_verbose_level"] == 1)
            #expect(try await server.post("/v2/logging", #"{"log_inof":false}"#).status == 400)
            #expect(try await server.post("/v2/logging", #"{"log_file":"server.log"}"#).status == 501)
            #expect(try await server.send(.GET, "/v2/models/floats/trace/setting").json["trace_level"] == ["OFF"])
            #expect(try await server.post("/v2/trace/setting", #"{"trace_level":["TIMESTAMPS"]}"#).status == 501)
            #expect(try await server.send(.GET, "/v2/systemsharedmemory/status").json == [])
            #expect(try await server.post("/v2/systemsharedmemory/region/a/register", "{}").status == 501)
            #expect(try await server.post("/v2/cudasharedmemory/unregister", "").status == 200)
        }
    }
}
