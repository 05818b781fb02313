// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import LLMCore
import NIOHTTP1
import ServingCore
import Testing

@Suite("Inference over HTTP")
struct InferTests {
    private static let infer = "/v2/models/add_sub/infer"
    private static let right = #"{"name":"INPUT1","datatype":"INT32","shape":[1,2],"data":[10,20]}"#

    @Test("Tensors go in and out as JSON, nested or flat", arguments: ["[1,2]", "[[1,2]]", "[[1],[2]]"])
    func json(data: String) async throws {
        try await LiveKServe.run { server in
            let reply = try await server.post(
                Self.infer,
                #"{"id":"7","inputs":[{"data":\#(data),"name":"INPUT0","datatype":"INT32","shape":[1,2]},\#(Self.right)]}"#
            )
            #expect(reply.status == 200)
            #expect(
                reply.json == [
                    "id": "7", "model_name": "add_sub", "model_version": "1",
                    "outputs": [
                        ["name": "OUTPUT0", "datatype": "INT32", "shape": [1, 2], "data": [11, 22]],
                        ["name": "OUTPUT1", "datatype": "INT32", "shape": [1, 2], "data": [-9, -18]],
                    ],
                ])
        }
    }

    @Test("Outputs are chosen by name, and go out as bytes where that is wanted")
    func outputs() async throws {
        try await LiveKServe.run { server in
            let inputs = #""inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,2],"data":[1,2]},\#(Self.right)]"#
            let one = try await server.post(Self.infer, #"{\#(inputs),"outputs":[{"name":"OUTPUT1"}]}"#)
            #expect(one.json["outputs"]?.arrayValue?.map { $0["name"] } == ["OUTPUT1"])
            let binary = try await server.post(
                Self.infer,
                #"{\#(inputs),"outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}},{"name":"OUTPUT1"}]}"#)
            let length = try #require(binary.headers["inference-header-content-length"].flatMap(Int.init))
            #expect(Array(binary.bytes[length...]) == [11, 0, 0, 0, 22, 0, 0, 0])
            let all = try await server.post(Self.infer, #"{\#(inputs),"parameters":{"binary_data_output":true}}"#)
            let start = try #require(all.headers["inference-header-content-length"].flatMap(Int.init))
            #expect(all.bytes.count - start == 16)
        }
    }

    @Test("Inputs come as bytes behind the JSON, or as nothing but bytes")
    func binaryInputs() async throws {
        try await LiveKServe.run { server in
            let header = Array(
                #"{"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,2],"parameters":{"binary_data_size":8}},\#(Self.right)]}"#
                    .utf8)
            let reply = try await server.send(
                .POST, Self.infer, header + [1, 0, 0, 0, 2, 0, 0, 0],
                headers: [("Inference-Header-Content-Length", "\(header.count)")])
            #expect(reply.json["outputs"]?.arrayValue?.first?["data"] == [11, 22])
            let raw = try await server.send(
                .POST, "/v2/models/floats/infer", [0, 0, 128, 63, 0, 0, 0, 64],
                headers: [("Inference-Header-Content-Length", "0")])
            #expect(raw.status == 200)
            #expect(Array(raw.bytes.suffix(8)) == [0, 0, 128, 63, 0, 0, 0, 64])
            let text = try await server.send(
                .POST, "/v2/models/texts/infer", Array("hello".utf8),
                headers: [("Inference-Header-Content-Length", "0")])
            #expect(Array(text.bytes.suffix(9)) == [5, 0, 0, 0] + Array("hello".utf8))
        }
    }

    /// Bodies that no server should be harmed by, with the status that they get.
    static let hostile: [(name: String, path: String, body: String, headers: [(String, String)], status: Int)] = {
        func tensor(_ shape: String, _ more: String, model: String = "floats", type: String = "FP32") -> (
            String, String
        ) {
            (
                "/v2/models/\(model)/infer",
                #"{"inputs":[{"name":"INPUT0","datatype":"\#(type)","shape":\#(shape),\#(more)}]}"#
            )
        }
        var cases: [(String, String, String, [(String, String)], Int)] = []
        func add(_ name: String, _ request: (String, String), _ headers: [(String, String)] = [], _ status: Int = 400) {
            cases.append((name, request.0, request.1, headers, status))
        }
        add("a shape whose product overflows", tensor("[4294967296,4294967296,4294967296]", #""data":[1]"#))
        add("a huge count", tensor("[9223372036854775807]", #""data":[1]"#))
        add("a count beyond 64 bits", tensor("[99999999999999999999]", #""data":[1]"#))
        add("a negative dimension", tensor("[-1]", #""data":[]"#))
        add("two negative dimensions", tensor("[-1,-1]", #""data":[1]"#))
        add(
            "more dimensions than any array has",
            tensor("[" + Array(repeating: "1", count: 100).joined(separator: ",") + "]", #""data":[1]"#))
        add("a shape of texts", tensor(#"["1"]"#, #""data":[1]"#))
        add("fewer elements than the shape says", tensor("[3]", #""data":[1,2]"#))
        add("elements of another type", tensor("[1]", #""data":["one"]"#))
        add("no elements", tensor("[1]", #""parameters":{}"#))
        add("a null", tensor("[1]", #""data":[null]"#))
        add("JSON that is nested too deeply", tensor("[1]", #""data":\#(String(repeating: "[", count: 100_000))"#))
        add("an unknown type", tensor("[1]", #""data":[1]"#, type: "FP128"))
        add("half precision in JSON", tensor("[1]", #""data":[1]"#, type: "FP16"))
        add("more bytes than follow", tensor("[2]", #""parameters":{"binary_data_size":8}"#))
        add("a negative number of bytes", tensor("[2]", #""parameters":{"binary_data_size":-8}"#))
        add("shared memory", tensor("[1]", #""parameters":{"shared_memory_region":"r"}"#), [], 501)
        add("JSON longer than the body", tensor("[1]", #""data":[1]"#), [("Inference-Header-Content-Length", "99999")])
        add("a length that is none", tensor("[1]", #""data":[1]"#), [("Inference-Header-Content-Length", "-1")])
        add(
            "bytes that belong to nothing", ("/v2/models/floats/infer", #"{"inputs":[]}xyz"#),
            [("Inference-Header-Content-Length", "13")])
        add(
            "raw bytes that are no whole elements", ("/v2/models/floats/infer", "abcde"),
            [("Inference-Header-Content-Length", "0")])
        add(
            "raw bytes for two inputs", ("/v2/models/add_sub/infer", "abcdefgh"),
            [("Inference-Header-Content-Length", "0")])
        add("an encoding", tensor("[1]", #""data":[1]"#), [("Content-Encoding", "zstd")], 415)
        add("a body that is no JSON", ("/v2/models/floats/infer", "\u{0}\u{1}"))
        add("an empty body", ("/v2/models/floats/infer", ""))
        add("a body that is a list", ("/v2/models/floats/infer", "[]"))
        add("no inputs", ("/v2/models/floats/infer", "{}"))
        add("an unknown model", ("/v2/models/flots/infer", "{}"), [], 404)
        add("an unknown version", ("/v2/models/floats/versions/9/infer", #"{"inputs":[]}"#), [], 404)
        add("a version that is no number", ("/v2/models/floats/versions/x/infer", #"{"inputs":[]}"#))
        add(
            "a decoupled model",
            ("/v2/models/repeat/infer", #"{"inputs":[{"name":"IN","datatype":"INT32","shape":[1],"data":[1]}]}"#), [],
            501)
        return cases
    }()

    @Test("Hostile requests get an error in the protocol's form, and the server serves on", arguments: hostile.indices)
    func refuses(index: Int) async throws {
        let test = Self.hostile[index]
        try await LiveKServe.run { server in
            let reply = try await server.send(.POST, test.path, Array(test.body.utf8), headers: test.headers)
            #expect(reply.status == test.status, "\(test.name)")
            #expect(reply.json["error"]?.stringValue?.isEmpty == false, "\(test.name)")
            #expect(try await server.send(.GET, "/v2/health/live").status == 200)
        }
    }

    @Test(
        "Strings whose lengths reach past the end are refused",
        arguments: [[255, 255, 255, 255], [5, 0, 0, 0, 65], [1, 0, 0, 0, 65, 0], [0, 0, 0]] as [[UInt8]])
    func stringLengths(bytes: [UInt8]) async throws {
        try await LiveKServe.run { server in
            let header = Array(
                #"{"inputs":[{"name":"INPUT0","datatype":"BYTES","shape":[1,1],"parameters":{"binary_data_size":\#(bytes.count)}}]}"#
                    .utf8)
            let reply = try await server.send(
                .POST, "/v2/models/texts/infer", header + bytes,
                headers: [("Inference-Header-Content-Length", "\(header.count)")])
            #expect(reply.status == 400)
        }
    }

    @Test("A body that is too large is refused")
    func bodyLimit() async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1000
        try await LiveKServe.run(limits: limits) { server in
            let reply = try await server.post(Self.infer, String(repeating: " ", count: 1001))
            #expect(reply.status == 413)
        }
    }
}
