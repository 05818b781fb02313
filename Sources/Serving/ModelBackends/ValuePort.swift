// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import Pipelines
internal import ServingCore

/// A named, typed value that goes into a pipeline or a plugin, or comes out, as a tensor of one element.
///
/// Texts are `BYTES`; arrays, objects and what may be anything are JSON in `BYTES`; whole numbers are `INT64`, numbers `FP64`,
/// truth values `BOOL`. A configuration may name other types of numbers.
struct ValuePort: Sendable, Hashable {
    let name: String
    let type: ValueType
    var isOptional = false

    /// The type of its tensor where a configuration says nothing else.
    var datatype: KServeDatatype {
        switch self.type {
        case .string, .any, .array, .object: .bytes
        case .integer: .int64
        case .number: .fp64
        case .boolean: .bool
        }
    }

    /// Whether its tensor may have a type.
    func allows(_ datatype: KServeDatatype) -> Bool {
        switch self.datatype {
        case .bytes, .bool: datatype == self.datatype
        default: ![.bytes, .bool, .fp16, .bf16].contains(datatype)
        }
    }

    // MARK: - In

    /// The value in a tensor.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` where it is not one value of the type.
    func value(in tensor: KServeTensor) throws -> JSONValue {
        guard tensor.count == 1 else { throw self.wrong("has \(tensor.count) elements instead of one") }
        let value: JSONValue
        switch tensor.datatype {
        case .bytes: value = try self.value(of: try tensor.byteStrings()[0])
        case .bool: value = .bool(try tensor.values(as: Bool.self)[0])
        case .fp32: value = .number(Double(try tensor.values(as: Float.self)[0]))
        case .fp64: value = .number(try tensor.values(as: Double.self)[0])
        case .int8: value = .integer(Int(try tensor.values(as: Int8.self)[0]))
        case .int16: value = .integer(Int(try tensor.values(as: Int16.self)[0]))
        case .int32: value = .integer(Int(try tensor.values(as: Int32.self)[0]))
        case .int64: value = .integer(Int(try tensor.values(as: Int64.self)[0]))
        case .uint8: value = .integer(Int(try tensor.values(as: UInt8.self)[0]))
        case .uint16: value = .integer(Int(try tensor.values(as: UInt16.self)[0]))
        case .uint32: value = .integer(Int(try tensor.values(as: UInt32.self)[0]))
        case .uint64:
            guard let number = Int(exactly: try tensor.values(as: UInt64.self)[0]) else {
                throw self.wrong("has a number beyond 63 bits")
            }
            value = .integer(number)
        case .fp16, .bf16: throw self.wrong("has elements of \(tensor.datatype.rawValue)")
        }
        guard self.type.holds(value) else { throw self.wrong("has \(value.typeName), not \(self.type.rawValue)") }
        return value
    }

    private func value(of bytes: [UInt8]) throws -> JSONValue {
        if self.type == .string {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw self.wrong("is no text in UTF-8") }
            return .string(text)
        }
        do { return try JSONValue(parsing: bytes, maximumDepth: 64) } catch {
            throw ServingError(.invalidArgument, "The input '\(self.name)' must be JSON.", cause: error)
        }
    }

    private func wrong(_ what: String) -> ServingError {
        ServingError(.invalidArgument, "The input '\(self.name)' \(what).")
    }

    // MARK: - Out

    /// A value as a tensor.
    ///
    /// - Throws: ``ServingError`` with code `.backendFailed` where it is not of the type.
    func tensor(of value: JSONValue?, as datatype: KServeDatatype) throws -> KServeTensor {
        guard let value, self.type.holds(value) else {
            throw ServingError(
                .backendFailed,
                "The output '\(self.name)' is \(value?.typeName ?? "missing"), not \(self.type.rawValue).")
        }
        if datatype == .bytes {
            let text = self.type == .string ? value.stringValue ?? "" : value.serialized()
            return try KServeTensor(self.name, shape: [1], strings: [text])
        }
        do { return try KServeTensor(self.name, datatype: datatype, shape: [1], json: value) } catch {
            throw ServingError(
                .backendFailed, "The output '\(self.name)' is a number that no \(datatype.rawValue) can hold.",
                cause: error)
        }
    }
}
