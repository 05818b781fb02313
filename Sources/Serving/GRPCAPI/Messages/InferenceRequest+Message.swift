// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import KServeProtocol
internal import LLMCore
package import ServingCore
internal import SwiftProtobuf

extension InferenceRequest {
    /// Reads a request, whose tensors are bytes or typed lists.
    ///
    /// - Throws: ``ServingError`` and ``KServeTensorError`` where it contradicts itself.
    package init(_ message: Inference_ModelInferRequest) throws {
        let isRaw = !message.rawInputContents.isEmpty
        guard !isRaw || message.rawInputContents.count == message.inputs.count else {
            throw ServingError(
                .invalidArgument,
                "The request has \(message.inputs.count) inputs and the contents of \(message.rawInputContents.count).")
        }
        let inputs = try message.inputs.enumerated().map { index, input in
            guard input.parameters["shared_memory_region"] == nil else {
                throw ServingError(
                    .unsupported, "Shared memory is not configured on this server; send the tensor itself.")
            }
            guard !isRaw || !input.hasContents else {
                throw ServingError(.invalidArgument, "The input '\(input.name)' has its contents twice.")
            }
            let datatype = try KServeDatatype(named: input.datatype)
            return try KServeTensor(
                input.name, datatype: datatype, shape: input.shape.map(Int.init),
                bytes: isRaw
                    ? Array(message.rawInputContents[index]) : input.contents.bytes(datatype, name: input.name))
        }
        self.init(model: message.modelName, version: message.modelVersion, inputs: inputs)
        self.id = message.id
        self.outputs = try message.outputs.map { output in
            guard (output.parameters["classification"]?.int64Param ?? 0) == 0 else {
                throw ServingError(.unsupported, "This server does not classify outputs.")
            }
            guard output.parameters["shared_memory_region"] == nil else {
                throw ServingError(
                    .unsupported, "Shared memory is not configured on this server; take the tensor itself.")
            }
            return output.name
        }
        try self.take(parameters: message.parameters.map { ($0.key, $0.value.json) })
    }
}

extension Inference_ModelInferResponse {
    /// Writes an answer, its tensors as bytes.
    ///
    /// - Throws: ``LLMError`` for a parameter that is no truth value, number or string.
    package init(_ answer: InferenceResponse) throws {
        self.init()
        (self.modelName, self.modelVersion, self.id) = (answer.model, answer.version, answer.id)
        self.parameters = try answer.parameters.mapValues(Inference_InferParameter.init)
        for output in answer.outputs {
            self.outputs.append(
                .with {
                    ($0.name, $0.datatype) = (output.name, output.datatype.rawValue)
                    $0.shape = output.shape.map(Int64.init)
                })
            self.rawOutputContents.append(Data(output.bytes))
        }
    }
}
