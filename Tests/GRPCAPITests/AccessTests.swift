// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import GRPCAPI
import GRPCCore
import KServeProtocol
import LLMCore
import OpenAutoGLMTesting
import SwiftProtobuf
import Testing

@Suite("Keys over gRPC")
struct AccessTests {
    private static func access() async throws -> AccessGuard {
        var settings = AccessSettings()
        let grants = [
            AccessGrant(name: "ask", models: [ModelPattern("repeat")], allowance: Allowance(requestsPerMinute: 2)),
            AccessGrant(name: "run", scopes: [.admin, .inference]),
        ]
        settings.keys = grants.map { AccessKey(hash: KeyHash(of: "key-of-\($0.name)"), grant: $0) }
        return try await AccessGuard(settings, time: Timekeeper(ManualClock()))
    }

    private static func code(_ work: () async throws -> Void) async throws -> RPCError? {
        do {
            try await work()
            return nil
        } catch let error as RPCError { return error }
    }

    @Test("Calls are let in by their keys, to the models that they may ask, within their rates")
    func calls() async throws {
        try await LiveGRPC.run(access: Self.access()) { live in
            try await live.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let health = Grpc_Health_V1_Health.Client(wrapping: client)
                _ = try await health.check(.init())
                func ready(_ model: String, _ metadata: Metadata) async throws -> RPCError? {
                    try await Self.code {
                        _ = try await service.modelReady(.with { $0.name = model }, metadata: metadata)
                    }
                }
                let (ask, run): (Metadata, Metadata) = (
                    ["authorization": "Bearer key-of-ask"], ["x-api-key": "key-of-run"]
                )
                #expect(try await ready("repeat", [:])?.code == .unauthenticated)
                #expect(try await ready("repeat", ["x-api-key": "key-of-nobody"])?.code == .unauthenticated)
                #expect(try await ready("repeat", ask) == nil)
                #expect(try await ready("texts", ask)?.code == .permissionDenied)
                let late = try await ready("repeat", ask)
                #expect(late?.code == .resourceExhausted)
                #expect(late.map { Array($0.metadata[stringValues: "grpc-retry-pushback-ms"]) } == ["30000"])
                let load = Inference_RepositoryModelLoadRequest.with { $0.modelName = "repeat" }
                let refused = try await Self.code { _ = try await service.repositoryModelLoad(load, metadata: ask) }
                #expect(refused?.code == .permissionDenied)
                #expect(try await Self.code { _ = try await service.repositoryModelLoad(load, metadata: run) } == nil)
            }
        }
    }
}
