// SPDX-License-Identifier: Apache-2.0

internal import Foundation
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

extension Inference_InferParameter {
    fileprivate init(_ value: JSONValue) throws {
        self.init()
        switch value {
        case .bool(let value): self.boolParam = value
        case .integer(let value): self.int64Param = Int64(value)
        case .number(let value): self.doubleParam = value
        case .string(let value): self.stringParam = value
        case .null, .array, .object:
            throw LLMError(
                .invalidRequest, "A parameter is a truth value, a number or a string, not \(value.typeName).")
        }
    }

    /// The value.
    fileprivate var json: JSONValue {
        switch self.parameterChoice {
        case .boolParam(let value): .bool(value)
        case .int64Param(let value): .integer(Int(value))
        case .uint64Param(let value): Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
        case .doubleParam(let value): .number(value)
        case .stringParam(let value): .string(value)
        case nil: .null
        }
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

extension Inference_InferTensorContents {
    /// The elements of the list that belongs to a type, as a tensor has them.
    fileprivate func bytes(_ datatype: KServeDatatype, name: String) throws -> [UInt8] {
        switch datatype {
        case .bool: try Self.bytes(self.boolContents, name)
        case .int8: try Self.bytes(Self.narrowed(self.intContents, to: Int8.self, name), name)
        case .int16: try Self.bytes(Self.narrowed(self.intContents, to: Int16.self, name), name)
        case .int32: try Self.bytes(self.intContents, name)
        case .int64: try Self.bytes(self.int64Contents, name)
        case .uint8: try Self.bytes(Self.narrowed(self.uintContents, to: UInt8.self, name), name)
        case .uint16: try Self.bytes(Self.narrowed(self.uintContents, to: UInt16.self, name), name)
        case .uint32: try Self.bytes(self.uintContents, name)
        case .uint64: try Self.bytes(self.uint64Contents, name)
        case .fp32: try Self.bytes(self.fp32Contents, name)
        case .fp64: try Self.bytes(self.fp64Contents, name)
        case .bytes: try self.bytesContents.reduce(into: []) { try $0 += LengthPrefixedStrings.encoded($1) }
        case .fp16, .bf16:
            throw KServeTensorError(.wrongType, "The tensor '\(name)' of \(datatype.rawValue) came without its bytes.")
        }
    }

    private static func bytes(_ values: [some KServeElement], _ name: String) throws -> [UInt8] {
        try KServeTensor(name, shape: [values.count], values: values).bytes
    }

    private static func narrowed<Narrow: FixedWidthInteger>(
        _ values: [some FixedWidthInteger], to type: Narrow.Type, _ name: String
    ) throws -> [Narrow] {
        try values.map { value in
            guard let value = Narrow(exactly: value) else {
                throw KServeTensorError(.wrongType, "The tensor '\(name)' has an element beyond \(Narrow.self).")
            }
            return value
        }
    }
}
