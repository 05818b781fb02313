// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf

/// Tells clients such as grpcurl which services there are, by gRPC's reflection protocol.
///
/// Version 1 and the version before it (`v1alpha`), which most clients still ask for, have the same messages.
struct ReflectionService: RegistrableRPCService {
    private static let services = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

    let index: DescriptorIndex

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for service in Self.services {
            router.registerHandler(
                forMethod: MethodDescriptor(fullyQualifiedService: service, method: "ServerReflectionInfo"),
                deserializer: ProtobufDeserializer<Grpc_Reflection_V1_ServerReflectionRequest>(),
                serializer: ProtobufSerializer<Grpc_Reflection_V1_ServerReflectionResponse>()
            ) { request, _ in
                StreamingServerResponse { writer in
                    for try await question in request.messages {
                        try await writer.write(try self.answer(to: question))
                    }
                    return [:]
                }
            }
        }
    }

    private func answer(
        to question: Grpc_Reflection_V1_ServerReflectionRequest
    ) throws -> Grpc_Reflection_V1_ServerReflectionResponse {
        var answer = Grpc_Reflection_V1_ServerReflectionResponse()
        (answer.validHost, answer.originalRequest) = (question.host, question)
        switch question.messageRequest {
        case .listServices?:
            answer.listServicesResponse.service = self.index.services.map { name in .with { $0.name = name } }
        case .fileByFilename(let name)?:
            try Self.tell(self.index.file(named: name), "file '\(name.prefix(200))'", in: &answer)
        case .fileContainingSymbol(let symbol)?:
            try Self.tell(self.index.file(declaring: symbol), "symbol '\(symbol.prefix(200))'", in: &answer)
        case .fileContainingExtension(let place)?:
            try Self.tell(nil, "extension of '\(place.containingType.prefix(200))'", in: &answer)
        case .allExtensionNumbersOfType(let type)?:
            guard self.index.file(declaring: type) != nil else {
                try Self.tell(nil, "type '\(type.prefix(200))'", in: &answer)
                break
            }
            answer.allExtensionNumbersResponse.baseTypeName = type
        case nil:
            answer.errorResponse = .with {
                $0.errorCode = Int32(RPCError.Code.invalidArgument.rawValue)
                $0.errorMessage = "The question asks for nothing."
            }
        }
        return answer
    }

    private static func tell(
        _ files: [Google_Protobuf_FileDescriptorProto]?, _ what: String,
        in answer: inout Grpc_Reflection_V1_ServerReflectionResponse
    ) throws {
        guard let files else {
            answer.errorResponse = .with {
                $0.errorCode = Int32(RPCError.Code.notFound.rawValue)
                $0.errorMessage = "There is no \(what) here."
            }
            return
        }
        answer.fileDescriptorResponse.fileDescriptorProto = try files.map { try $0.serializedBytes() }
    }
}
