// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import AutoGLMProtocol
import Foundation
import GRPCCore
import KServeProtocol
import LLMCore
import Observability
import OpenAutoGLMTesting
import ServedModelProbes
import SwiftProtobuf
import Testing

@Suite("Calls watched")
struct TelemetryTests {
    @Test("A call is a span in its caller's trace, with its status")
    func spans() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        let chat = ScriptedModel(replies: ["Hello"], name: "chat").wrapped(in: [
            GenerationTelemetry(telemetry, model: ModelIdentity(provider: "test", model: "chat"))
        ])
        try await LiveGRPC.run(chat: chat, telemetry: telemetry) { server in
            try await server.withClient { client in
                let service = Autoglm_V1_AutoGLM.Client(wrapping: client)
                let metadata: Metadata = ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
                try await service.generate(metadata: metadata) { writer in
                    try await writer.write(
                        .with {
                            $0.begin.model = "chat"
                            $0.begin.conversation.messages = [.with { ($0.role, $0.text) = ("user", "Hi") }]
                        })
                } onResponse: { response in
                    for try await _ in response.messages {}
                }
                let inference = Inference_GRPCInferenceService.Client(wrapping: client)
                await #expect(throws: RPCError.self) { try await inference.modelConfig(.with { $0.name = "nothing" }) }
            }
        }
        let call = try #require(spans.all.first { $0.name == "autoglm.v1.AutoGLM/Generate" })
        #expect("\(call.context.traceID)" == "0af7651916cd43dd8448eb211c80319c" && call.isParentRemote)
        #expect(call.kind == .server && call.attributes["rpc.grpc.status_code"] == 0 && call.status == .unset)
        let generation = try #require(spans.all.first { $0.name == "chat chat" })
        #expect(generation.parentID == call.context.spanID)
        let refused = try #require(spans.all.first { $0.name == "inference.GRPCInferenceService/ModelConfig" })
        #expect(refused.attributes["rpc.grpc.status_code"] == 5 && refused.status == .unset)
        #expect(refused.context.traceID != call.context.traceID)
    }

    @Test("What a tensor waits and takes is a part of its call, also in a stream")
    func tensors() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        try await LiveGRPC.run(telemetry: telemetry) { server in
            try await server.withClient { client in
                let inference = Inference_GRPCInferenceService.Client(wrapping: client)
                let request = Inference_ModelInferRequest.with { message in
                    message.modelName = "texts"
                    message.inputs = [
                        .with {
                            ($0.name, $0.datatype, $0.shape) = ("INPUT0", "BYTES", [1])
                            $0.contents.bytesContents = [Data("hello".utf8)]
                        }
                    ]
                }
                _ = try await inference.modelInfer(request)
                try await inference.modelStreamInfer { writer in
                    try await writer.write(request)
                } onResponse: { response in
                    for try await _ in response.messages {}
                }
            }
        }
        for method in ["ModelInfer", "ModelStreamInfer"] {
            let call = try #require(spans.all.first { $0.name == "inference.GRPCInferenceService/\(method)" })
            let parts = spans.all.filter { $0.parentID == call.context.spanID }
            #expect(parts.contains { $0.name == "execute texts" }, "\(method): \(spans.all.map(\.name))")
            #expect(parts.allSatisfy { $0.attributes["autoglm.model.version"] == "1" })
        }
    }
}
