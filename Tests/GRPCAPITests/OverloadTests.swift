// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AutoGLMProtocol
import GRPCAPI
import GRPCCore
import KServeProtocol
import OpenAutoGLMTesting
import SwiftProtobuf
import Testing

@Suite("Overload of gRPC", .timeLimit(.minutes(5)))
struct OverloadTests {
    /// The error of a call; nil where it was answered.
    private static func refusal(_ call: () async throws -> Void) async throws -> RPCError? {
        do {
            try await call()
            return nil
        } catch let error as RPCError { return error }
    }

    private static func isRefused(_ error: RPCError?) -> Bool {
        error?.code == .unavailable && error?.message.contains("too much to do") == true
            && error.map { Array($0.metadata[stringValues: "grpc-retry-pushback-ms"]) } == ["2000"]
    }

    @Test(
        "What is more than a server does at a time is refused with the time to wait, over every service, and health is told"
    )
    func refuses() async throws {
        let gate = RequestGate(.init(1, queue: 0, longestWait: .seconds(2)))
        try await LiveGRPC.run(gate: gate) { server in
            try await server.withClient { client in
                let kserve = Inference_GRPCInferenceService.Client(wrapping: client)
                let autoglm = Autoglm_V1_AutoGLM.Client(wrapping: client)
                do {
                    let place = try await gate.enter()
                    for call in [
                        { _ = try await kserve.serverLive(.init()) }, { _ = try await autoglm.listModels(.init()) },
                    ] as [() async throws -> Void] {
                        let error = try await Self.refusal(call)
                        #expect(Self.isRefused(error))
                    }
                    _ = try await Grpc_Health_V1_Health.Client(wrapping: client).check(.init())
                    withExtendedLifetime(place) {}
                }
                #expect(try await Self.refusal { _ = try await kserve.serverLive(.init()) } == nil)
            }
        }
    }

    @Test("A stream keeps its place until its last message, and a client that goes away gives it back")
    func streams() async throws {
        let model = EndlessModel(saying: "On and on")
        try await LiveGRPC.run(chat: model, gate: RequestGate(.init(1, queue: 0, longestWait: .seconds(2)))) { server in
            try await server.withClient { client in
                let autoglm = Autoglm_V1_AutoGLM.Client(wrapping: client)
                let begin = Autoglm_V1_GenerateRequest.with { ($0.begin.model, $0.begin.text) = ("endless", "Go") }
                try await autoglm.generate { writer in
                    try await writer.write(begin)
                } onResponse: { response in
                    for try await _ in response.messages {
                        let error = try await Self.refusal { _ = try await autoglm.listModels(.init()) }
                        #expect(Self.isRefused(error))
                        return
                    }
                }
                // The place is free again, at the latest a moment after the last message.
                while Self.isRefused(try await Self.refusal { _ = try await autoglm.listModels(.init()) }) {}
            }
        }
    }
}
