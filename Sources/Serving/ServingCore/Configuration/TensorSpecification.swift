// SPDX-License-Identifier: Apache-2.0

package import KServeProtocol

/// A tensor that a model takes or gives.
package struct TensorSpecification: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// The type of its elements.
    package var datatype: KServeDatatype
    /// Its dimensions without that of the batch; -1 is one of any length.
    package var dimensions: [Int]
    /// Whether a request may leave it out.
    package var isOptional = false
    /// Whether requests run together although they have different lengths of it.
    package var isRagged = false

    /// Describes a tensor.
    package init(name: String, datatype: KServeDatatype, dimensions: [Int], isOptional: Bool = false) {
        self.name = name
        self.datatype = datatype
        self.dimensions = dimensions
        self.isOptional = isOptional
    }

    /// The shape as clients see it.
    package func shape(isBatched: Bool) -> [Int] { (isBatched ? [-1] : []) + self.dimensions }

    /// Whether a shape is one of those that the dimensions allow.
    func allows(_ shape: some Collection<Int>) -> Bool {
        shape.count == self.dimensions.count
            && zip(shape, self.dimensions).allSatisfy { $1 == -1 ? $0 >= 0 : $0 == $1 }
    }
}

extension Inference_DataType {
    /// The type that the protocol has for it; nil for the one that is none.
    package var datatype: KServeDatatype? {
        switch self {
        case .typeBool: .bool
        case .typeUint8: .uint8
        case .typeUint16: .uint16
        case .typeUint32: .uint32
        case .typeUint64: .uint64
        case .typeInt8: .int8
        case .typeInt16: .int16
        case .typeInt32: .int32
        case .typeInt64: .int64
        case .typeFp16: .fp16
        case .typeFp32: .fp32
        case .typeFp64: .fp64
        case .typeString: .bytes
        case .typeBf16: .bf16
        case .typeInvalid, .UNRECOGNIZED: nil
        }
    }
}

extension Inference_DataType {
    /// The configuration's word for a type.
    package init?(_ datatype: KServeDatatype) {
        guard let type = Self.allCases.first(where: { $0.datatype == datatype }) else { return nil }
        self = type
    }
}
