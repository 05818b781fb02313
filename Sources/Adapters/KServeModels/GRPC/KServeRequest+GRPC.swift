// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import KServeProtocol
internal import LLMCore
internal import SwiftProtobuf

extension Inference_ModelInferRequest {
    /// Writes a request, its tensors as bytes.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` for a parameter that is no truth value, number or string.
    init(_ request: KServeRequest) throws {
        self.init()
        self.modelName = request.model.name
        self.modelVersion = request.model.version ?? ""
        self.id = request.id
        self.parameters = try request.parameters.mapValues(Inference_InferParameter.init)
        for input in request.inputs {
            self.inputs.append(
                .with {
                    ($0.name, $0.datatype) = (input.name, input.datatype.rawValue)
                    $0.shape = input.shape.map(Int64.init)
                })
            self.rawInputContents.append(Data(input.bytes))
        }
        self.outputs = request.outputs.map { name in .with { $0.name = name } }
    }
}

extension KServeResponse {
    /// Reads an answer, whose tensors are bytes or typed lists.
    ///
    /// - Throws: ``KServeTensorError`` where it contradicts itself.
    package init(_ message: Inference_ModelInferResponse) throws {
        (self.model, self.version, self.id) = (message.modelName, message.modelVersion, message.id)
        self.parameters = message.parameters.mapValues(\.json)
        let isRaw = !message.rawOutputContents.isEmpty
        guard !isRaw || message.rawOutputContents.count == message.outputs.count else {
            throw KServeTensorError(
                .wrongSize,
                "The answer has \(message.outputs.count) tensors and the contents of \(message.rawOutputContents.count)."
            )
        }
        self.outputs = try message.outputs.enumerated().map { index, output in
            let datatype = try KServeDatatype(named: output.datatype)
            return try KServeTensor(
                output.name, datatype: datatype, shape: output.shape.map(Int.init),
                bytes: isRaw
                    ? Array(message.rawOutputContents[index]) : output.contents.bytes(datatype, name: output.name))
        }
    }
}
