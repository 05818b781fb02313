// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The type of a tensor's elements, by the protocol's name.
public enum KServeDatatype: String, Sendable, Hashable, CaseIterable {
    /// Truth values of one byte each.
    case bool = "BOOL"
    /// Unsigned whole numbers.
    case uint8 = "UINT8"
    /// Unsigned whole numbers of 16 bits.
    case uint16 = "UINT16"
    /// Unsigned whole numbers of 32 bits.
    case uint32 = "UINT32"
    /// Unsigned whole numbers of 64 bits.
    case uint64 = "UINT64"
    /// Signed whole numbers of 8 bits.
    case int8 = "INT8"
    /// Signed whole numbers of 16 bits.
    case int16 = "INT16"
    /// Signed whole numbers of 32 bits.
    case int32 = "INT32"
    /// Signed whole numbers of 64 bits.
    case int64 = "INT64"
    /// Numbers of IEEE 754's half precision; as bytes only.
    case fp16 = "FP16"
    /// Numbers of single precision.
    case fp32 = "FP32"
    /// Numbers of double precision.
    case fp64 = "FP64"
    /// Numbers with the first 16 bits of single precision; as bytes only.
    case bf16 = "BF16"
    /// Strings of bytes.
    case bytes = "BYTES"

    /// How many bytes an element has; nil for strings, which have lengths of their own.
    package var size: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .fp16, .bf16: 2
        case .uint32, .int32, .fp32: 4
        case .uint64, .int64, .fp64: 8
        case .bytes: nil
        }
    }

    /// A type by the name that a server gave.
    ///
    /// - Throws: ``KServeTensorError`` with code `.wrongType` where there is none of that name.
    package init(named name: String) throws {
        guard let datatype = Self(rawValue: name) else {
            throw KServeTensorError(.wrongType, "There is no type of tensor '\(name.prefix(40))'.")
        }
        self = datatype
    }
}
