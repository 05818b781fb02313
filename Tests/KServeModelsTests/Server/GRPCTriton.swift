// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPCCore
import KServeModels
import KServeProtocol
import LLMCore
import SwiftProtobuf
import Synchronization

/// The scripted models over gRPC.
struct GRPCTriton: Inference_GRPCInferenceService.SimpleServiceProtocol {
    let triton: FakeTriton

    private func metadata(_ name: String) throws -> Inference_ModelMetadataResponse {
        guard let metadata = self.triton.metadata(name) else {
            throw RPCError(code: .notFound, message: "Request for unknown model: '\(name)' is not found")
        }
        return metadata
    }

    func serverLive(
        request: Inference_ServerLiveRequest, context: ServerContext
    ) async throws -> Inference_ServerLiveResponse { .with { $0.live = true } }

    func serverReady(
        request: Inference_ServerReadyRequest, context: ServerContext
    ) async throws -> Inference_ServerReadyResponse { .with { $0.ready = true } }

    func modelReady(
        request: Inference_ModelReadyRequest, context: ServerContext
    ) async throws -> Inference_ModelReadyResponse { .with { $0.ready = self.triton.metadata(request.name) != nil } }

    func serverMetadata(
        request: Inference_ServerMetadataRequest, context: ServerContext
    ) async throws -> Inference_ServerMetadataResponse {
        .with { ($0.name, $0.version, $0.extensions) = ("fake", "2.0", ["binary_tensor_data"]) }
    }

    func modelMetadata(
        request: Inference_ModelMetadataRequest, context: ServerContext
    ) async throws -> Inference_ModelMetadataResponse { try self.metadata(request.name) }

    func modelConfig(
        request: Inference_ModelConfigRequest, context: ServerContext
    ) async throws -> Inference_ModelConfigResponse {
        let name = try self.metadata(request.name).name
        return .with { $0.config = self.triton.configuration(name) }
    }

    func modelStatistics(
        request: Inference_ModelStatisticsRequest, context: ServerContext
    ) async throws -> Inference_ModelStatisticsResponse { self.triton.statistics(try self.metadata(request.name).name) }

    func modelInfer(
        request: Inference_ModelInferRequest, context: ServerContext
    ) async throws -> Inference_ModelInferResponse {
        let name = try self.metadata(request.modelName).name
        let outputs = try self.triton.infer(name, try self.tensors(request))
        return .with {
            ($0.modelName, $0.modelVersion, $0.id) = (name, "1", request.id)
            $0.add(outputs)
        }
    }

    func modelStreamInfer(
        request: RPCAsyncSequence<Inference_ModelInferRequest, any Error>,
        response: RPCWriter<Inference_ModelStreamInferResponse>, context: ServerContext
    ) async throws {
        for try await question in request {
            let inputs = try self.tensors(question)
            self.triton.asked.withLock {
                $0.append(Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.json) }))
            }
            let values = self.triton.asked.withLock { $0.last ?? [:] }
            let answer = FakeText(values)
            for piece in answer.responses {
                try await response.write(
                    .with {
                        $0.inferResponse.modelName = question.modelName
                        $0.inferResponse.add(FakeTriton.outputs(piece, promptTokens: answer.promptTokens))
                    })
            }
            switch answer.end {
            case .complete:
                try await response.write(
                    .with { $0.inferResponse.parameters["triton_final_response"] = .with { $0.boolParam = true } })
            case .error: try await response.write(.with { $0.errorMessage = "the model broke" })
            case .cut: return
            case .drop: throw RPCError(code: .unavailable, message: "the server goes away")
            case .silence:
                try? await context.cancellation.cancelled
                self.triton.abandonment.yield()
                return
            }
        }
    }

    private func tensors(_ request: Inference_ModelInferRequest) throws -> [KServeTensor] {
        try zip(request.inputs, request.rawInputContents).map { input, contents in
            guard let datatype = KServeDatatype(rawValue: input.datatype) else {
                throw RPCError(code: .invalidArgument, message: "There is no type \(input.datatype)")
            }
            return try KServeTensor(
                input.name, datatype: datatype, shape: input.shape.map(Int.init), bytes: Array(contents))
        }
    }
}

extension Inference_ModelInferResponse {
    /// Adds tensors, their contents as bytes.
    mutating func add(_ tensors: [KServeTensor]) {
        for tensor in tensors {
            self.outputs.append(
                .with {
                    ($0.name, $0.datatype, $0.shape) = (
                        tensor.name, tensor.datatype.rawValue, tensor.shape.map(Int64.init)
                    )
                })
            self.rawOutputContents.append(Data(tensor.bytes))
        }
    }
}

extension FakeTriton {
    /// The tensors of one piece of text.
    static func outputs(_ piece: (text: String, reason: String, tokens: Int), promptTokens: Int) -> [KServeTensor] {
        [
            try? KServeTensor("text_output", shape: [1], strings: [piece.text]),
            try? KServeTensor("finish_reason", shape: [1], strings: [piece.reason]),
            try? KServeTensor("num_input_tokens", shape: [1], values: [UInt32(promptTokens)]),
            try? KServeTensor("num_output_tokens", shape: [1], values: [UInt32(piece.tokens)]),
        ].compactMap { $0 }
    }
}

extension FakeText {
    /// Reads the inputs of the text model.
    init(_ inputs: [String: JSONValue]) {
        self.init(
            inputs["text_input"]?.stringValue ?? "", isStreamed: inputs["stream"]?.boolValue ?? false,
            options: inputs["sampling_parameters"]?.stringValue ?? "{}")
    }
}

extension KServeTensor {
    /// The value of a tensor of a single text or truth value.
    fileprivate var json: JSONValue {
        if let text = try? self.strings().first { return .string(text) }
        return (try? self.values(as: Bool.self).first).map { .bool($0) } ?? .null
    }
}
