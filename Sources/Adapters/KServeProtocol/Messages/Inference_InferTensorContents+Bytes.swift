// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

extension Inference_InferTensorContents {
    /// The elements of the list that belongs to a type, as a tensor has them.
    ///
    /// - Throws: ``KServeTensorError`` where an element does not fit the type, or the type has no list.
    package func bytes(_ datatype: KServeDatatype, name: String) throws -> [UInt8] {
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
