// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCAPI
import GRPCCore
import GRPCProtobuf
import KServeProtocol
import LLMCore
import ServingCore
import SwiftProtobuf
import Testing

@Suite("The gRPC services")
struct ServiceTests {
    @Test("Health is told by gRPC's own protocol")
    func health() async throws {
        try await LiveGRPC.run { server in
            // The repository runs beside the server; its models are there, its start may not be over yet.
            while !server.repository.isReady { await Task.yield() }
            try await server.withClient { client in
                let health = Grpc_Health_V1_Health.Client(wrapping: client)
                let state = try await health.check(.with { $0.service = "" })
                #expect(state.status == .serving)
                let error = await #expect(throws: RPCError.self) {
                    try await health.check(.with { $0.service = "other" })
                }
                #expect(error?.code == .notFound)
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let readiness = try await service.serverReady(.init())
                #expect(readiness.ready)
            }
        }
    }

    @Test("A version is asked by its alias, and who names another one is told which there are")
    func aliases() async throws {
        try await LiveGRPC.run { server in
            server.repository.resolve { $0 == "texts" ? ["champion": 1, "old": 7] : nil }
            try await server.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let readiness = try await service.modelReady(.with { $0.name = "texts@champion" })
                #expect(readiness.ready)
                #expect(try await service.modelMetadata(.with { $0.name = "texts@champion" }).name == "texts")
                let message = Inference_ModelInferRequest.with { message in
                    message.modelName = "texts@champion"
                    message.inputs = [
                        .with {
                            ($0.name, $0.datatype, $0.shape) = ("INPUT0", "BYTES", [1])
                            $0.contents.bytesContents = [Data("hello".utf8)]
                        }
                    ]
                }
                #expect(try await service.modelInfer(message).modelVersion == "1")
                for (name, part) in [("texts@next", "it has: champion, old"), ("texts@old", "is version 7")] {
                    var message = message
                    message.modelName = name
                    let asked = message
                    let error = await #expect(throws: RPCError.self) { try await service.modelInfer(asked) }
                    #expect(error?.code == .notFound && error?.message.contains(part) == true, "\(name)")
                    #expect(try await !service.modelReady(.with { $0.name = name }).ready)
                }
            }
        }
    }

    @Test("Models are listed, loaded and unloaded; settings are told; shared memory is refused")
    func control() async throws {
        try await LiveGRPC.run { server in
            try await server.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let lines = try await service.repositoryIndex(.with { $0.ready = true }).models
                #expect(lines.map(\.name) == ["add_sub", "repeat", "slow", "sums", "texts"])
                _ = try await service.repositoryModelUnload(.with { $0.modelName = "texts" })
                #expect(try await !service.modelReady(.with { $0.name = "texts" }).ready)
                _ = try await service.repositoryModelLoad(.with { $0.modelName = "texts" })
                #expect(try await service.modelReady(.with { $0.name = "texts" }).ready)
                for (name, value) in [("config", "{"), ("other", "x")] {
                    let error = await #expect(throws: RPCError.self) {
                        try await service.repositoryModelLoad(
                            .with {
                                $0.modelName = "texts"
                                $0.parameters[name] = .with { $0.stringParam = value }
                            })
                    }
                    #expect(error?.code == .invalidArgument)
                }
                let settings = try await service.logSettings(
                    .with { $0.settings["log_info"] = .with { $0.boolParam = false } })
                #expect(settings.settings["log_info"]?.boolParam == false)
                #expect(try await service.traceSetting(.init()).settings["trace_level"]?.value == ["OFF"])
                #expect(try await service.systemSharedMemoryStatus(.init()).regions.isEmpty)
                let error = await #expect(throws: RPCError.self) { try await service.cudaSharedMemoryRegister(.init()) }
                #expect(error?.code == .unimplemented)
                _ = try await service.systemSharedMemoryUnregister(.init())
                #expect(try await service.modelStatistics(.init()).modelStats.count == 5)
            }
        }
    }

    @Test("A request that fails does not end the stream, and sequences keep their order")
    func streams() async throws {
        try await LiveGRPC.run { server in
            try await server.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let sums = try await service.modelStreamInfer { writer in
                    for value in Int32(1)...4 {
                        try await writer.write(
                            .with { request in
                                (request.modelName, request.id) = (value == 3 ? "nothing" : "sums", "\(value)")
                                request.inputs = [.with { ($0.name, $0.datatype, $0.shape) = ("INPUT", "INT32", [1]) }]
                                request.rawInputContents = [withUnsafeBytes(of: value.littleEndian) { Data($0) }]
                                request.parameters["sequence_id"] = .with { $0.int64Param = 5 }
                                request.parameters["sequence_start"] = .with { $0.boolParam = value == 1 }
                            })
                    }
                } onResponse: { response in
                    var sums: [String: [UInt8]] = [:]
                    for try await message in response.messages {
                        sums[message.inferResponse.id] =
                            message.errorMessage.isEmpty ? Array(message.inferResponse.rawOutputContents[0]) : []
                    }
                    return sums
                }
                #expect(sums == ["1": [1, 0, 0, 0], "2": [3, 0, 0, 0], "3": [], "4": [7, 0, 0, 0]])
            }
        }
    }

    /// Messages that no server should be harmed by.
    static let hostile: [Inference_ModelInferRequest] = {
        func request(_ change: (inout Inference_ModelInferRequest) -> Void) -> Inference_ModelInferRequest {
            .with { request in
                request.modelName = "texts"
                request.inputs = [.with { ($0.name, $0.datatype, $0.shape) = ("INPUT0", "BYTES", [1]) }]
                change(&request)
            }
        }
        return [
            request { _ in }, request { $0.rawInputContents = [Data([255, 255, 255, 255])] },
            request { $0.rawInputContents = [Data([5, 0, 0, 0, 65])] },
            request { $0.rawInputContents = [Data(), Data()] },
            request { $0.inputs[0].shape = [-1] }, request { $0.inputs[0].shape = [.max, .max] },
            request { $0.inputs[0].shape = [1 << 62] }, request { $0.inputs[0].datatype = "NOTHING" },
            request { $0.inputs[0].contents.int64Contents = [1] },
            request {
                $0.inputs[0].contents.bytesContents = [Data([65])]
                $0.rawInputContents = [Data([1, 0, 0, 0, 65])]
            },
            request {
                $0.inputs[0].contents.bytesContents = [Data([65])]
                $0.parameters["priority"] = .with { $0.int64Param = -1 }
            },
            request {
                $0.inputs[0].contents.bytesContents = [Data([65])]
                $0.modelVersion = "one"
            },
        ]
    }()

    @Test("Hostile messages are refused, and the server serves on", arguments: hostile)
    func refuses(message: Inference_ModelInferRequest) async throws {
        try await LiveGRPC.run { server in
            try await server.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                let error = await #expect(throws: RPCError.self) { try await service.modelInfer(message) }
                #expect(error?.code == .invalidArgument)
                let life = try await service.serverLive(.init())
                #expect(life.live)
            }
        }
    }

    @Test(
        "Each kind of error has its status",
        arguments: [
            (.invalidArgument, .invalidArgument), (.notFound, .notFound), (.unavailable, .unavailable),
            (.unsupported, .unimplemented), (.backendFailed, .internalError),
        ] as [(ServingError.Code, RPCError.Code)])
    func statuses(code: ServingError.Code, status: RPCError.Code) {
        #expect(RPCError(telling: ServingError(code, "why")).code == status)
        #expect(RPCError(telling: CancellationError()).code == .cancelled)
    }
}
