// SPDX-License-Identifier: Apache-2.0

/// The types of metadata values, by the numbers that GGUF files use for them.
package enum GGUFValueType: UInt32, Sendable, CaseIterable {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// How many bytes a value takes, or nil when that depends on the value.
    package var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }
}

/// A metadata value of a model file.
package enum GGUFValue: Sendable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    /// Text; bytes that are not UTF-8 were replaced by U+FFFD.
    case string(String)
    /// Many values of one type, decoded when asked for.
    case array(GGUFArray)

    /// The value's type.
    package var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }

    /// The value as an integer, if it is of an integer type and fits.
    package var intValue: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        default: nil
        }
    }

    /// The value as a floating-point number, if it is a number.
    package var doubleValue: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: self.intValue.map(Double.init)
        }
    }

    /// The value, if it is a truth value.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The value, if it is text.
    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The value, if it is an array.
    package var arrayValue: GGUFArray? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array of text.
    package var stringArray: [String]? { self.arrayValue?.strings }

    /// The elements, if this is an array of integers that all fit.
    package var intArray: [Int]? { self.arrayValue?.integers }

    /// The elements, if this is an array of numbers.
    package var floatArray: [Float]? { self.arrayValue?.floats }

    /// The elements, if this is an array of truth values.
    package var boolArray: [Bool]? { self.arrayValue?.bools }
}
