// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import KServeModels
import KServeProtocol
import LLMCore
import Synchronization
import Testing

@Suite("KServe client")
struct ClientTests {
    @Test("Servers and models are described", arguments: FakeTriton.Wire.allCases)
    func descriptions(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            #expect(try await client.isLive())
            #expect(try await client.isReady())
            #expect(try await client.isReady("echo"))
            #expect(try await !client.isReady("nothing"))
            let server = try await client.metadata()
            #expect(server.name == "fake" && server.extensions == ["binary_tensor_data"])
            let model = try await client.metadata(of: "embed")
            #expect(
                model.versions == ["1"] && model.inputs.first?.shape == [-1, 1]
                    && model.outputs.first?.datatype == "FP32")
            let configuration = try await client.configuration(of: KServeModelName("text", version: "1"))
            #expect(configuration.isDecoupled && configuration.backend == "fake" && configuration.maximumBatchSize == 0)
            let statistics = try #require(try await client.statistics(of: "echo").first)
            #expect(statistics.inferenceCount == 7 && statistics.successes.nanoseconds == 600)
        }
    }

    @Test("Tensors of all types arrive and return", arguments: FakeTriton.Wire.allCases)
    func tensors(wire: FakeTriton.Wire) async throws {
        let isJSON = wire == .httpJSON
        let sent = TensorTests.all.filter { !isJSON || ![.fp16, .bf16].contains($0.datatype) }
        try await FakeTriton.run(wire) { client, _ in
            for tensor in sent {
                var request = KServeRequest("echo", inputs: [tensor, tensor])
                request.id = "7"
                let response = try await client.infer(request)
                #expect(response.outputs == [tensor, tensor] && response.id == "7" && response.version == "1")
            }
        }
    }

    @Test(
        "What JSON cannot hold is refused before it is sent",
        arguments: [
            try? KServeTensor("t", datatype: .fp16, shape: [1], bytes: [0, 0]),
            try? KServeTensor("t", shape: [1], values: [Float.nan]),
            try? KServeTensor("t", shape: [1], values: [UInt64.max]),
            try? KServeTensor("t", datatype: .bytes, shape: [1], bytes: [1, 0, 0, 0, 0xFF]),
        ].compactMap { $0 })
    func notInJSON(tensor: KServeTensor) async throws {
        try await FakeTriton.run(.httpJSON) { client, _ in
            let error = await #expect(throws: LLMError.self) {
                try await client.infer(KServeRequest("echo", inputs: [tensor]))
            }
            #expect(error?.code == .unsupported)
        }
    }

    @Test("Models that are not there are unknown", arguments: FakeTriton.Wire.allCases)
    func unknown(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            for ask in [
                { _ = try await client.infer(KServeRequest("nothing", inputs: [])) },
                { _ = try await client.metadata(of: "nothing") },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: LLMError.self) { try await ask() }
                #expect(error?.code == .unknownModel && error?.message.contains("nothing") == true)
            }
        }
    }

    @Test("Where nothing answers, nothing is live", arguments: ["http://127.0.0.1:1", "grpc://127.0.0.1:1"])
    func silence(url: String) async throws {
        let client = try KServeClient(url)
        #expect(try await !client.isLive())
        #expect(try await !client.isReady())
        let error = await #expect(throws: LLMError.self) { try await client.metadata() }
        #expect(error?.code == .unavailable)
    }

    @Test("URLs of other kinds are refused", arguments: ["localhost:8000", "ftp://a", "grpc://", "grpc://a/path", ""])
    func urls(url: String) {
        let error = #expect(throws: LLMError.self) { try KServeClient(url) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(
        "Statuses of gRPC have one meaning each",
        arguments: [
            (RPCError.Code.invalidArgument, LLMError.Code.invalidRequest), (.notFound, .unknownModel),
            (.unimplemented, .unsupported), (.deadlineExceeded, .deadlineExceeded), (.unauthenticated, .unauthorized),
            (.permissionDenied, .unauthorized), (.resourceExhausted, .rateLimited), (.unavailable, .unavailable),
            (.internalError, .backendFailed), (.unknown, .backendFailed), (.dataLoss, .backendFailed),
        ])
    func statuses(status: RPCError.Code, code: LLMError.Code) {
        let error = LLMError(RPCError(code: status, message: "no"), from: "here", isAnswered: false)
        #expect(error.code == code && error.message.contains("no"))
    }
}
