// SPDX-License-Identifier: Apache-2.0

import GRPCAPI
import GRPCCore
import GRPCProtobuf
import OpenAutoGLMTesting
import SwiftProtobuf
import Testing

@Suite("Reflection")
struct ReflectionTests {
    private typealias Question = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse

    private func ask(_ questions: [Question], service: String) async throws -> [Answer] {
        try await LiveGRPC.run(chat: ScriptedModel(name: "chat")) { server in
            try await server.withClient { client in
                try await client.bidirectionalStreaming(
                    request: StreamingClientRequest { writer in
                        for question in questions { try await writer.write(question) }
                    },
                    descriptor: MethodDescriptor(fullyQualifiedService: service, method: "ServerReflectionInfo"),
                    serializer: ProtobufSerializer<Question>(), deserializer: ProtobufDeserializer<Answer>(),
                    options: .defaults
                ) { response in
                    var answers: [Answer] = []
                    for try await answer in response.messages { answers.append(answer) }
                    return answers
                }
            }
        }
    }

    @Test(
        "Services and what declares them are told, in both versions",
        arguments: ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"])
    func tells(service: String) async throws {
        let answers = try await self.ask(
            [
                .with { $0.listServices = "" }, .with { $0.fileContainingSymbol = "autoglm.v1.AutoGLM" },
                .with { $0.fileContainingSymbol = "inference.GRPCInferenceService.ModelInfer" },
                .with { $0.fileByFilename = "grpc_health.proto" },
            ], service: service)
        #expect(
            answers[0].listServicesResponse.service.map(\.name) == [
                "autoglm.v1.AutoGLM", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "inference.GRPCInferenceService",
            ])
        let files = try answers.dropFirst().map { answer in
            try answer.fileDescriptorResponse.fileDescriptorProto.map {
                try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name
            }
        }
        #expect(files[0] == ["autoglm_v1.proto"] && files[2] == ["grpc_health.proto"])
        #expect(files[1].first == "kserve_inference.proto" && files[1].contains("kserve_model_config.proto"))
    }

    @Test("What there is not is an error of its own, and the stream goes on")
    func refuses() async throws {
        let answers = try await self.ask(
            [
                .with { $0.fileContainingSymbol = "autoglm.v1.Nothing" }, .with { $0.fileByFilename = "../secret" },
                .with { $0.allExtensionNumbersOfType = "autoglm.v1.Message" }, .init(), .with { $0.listServices = "*" },
            ], service: "grpc.reflection.v1.ServerReflection")
        #expect(answers.map(\.errorResponse.errorCode) == [5, 5, 0, 3, 0])
        #expect(answers[4].listServicesResponse.service.count == 4)
    }
}
