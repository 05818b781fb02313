// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension JSONWriter {
    /// Writes the elements of a tensor, row by row, as values one after the other.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for elements that JSON has nothing for.
    package mutating func elements(of tensor: KServeTensor) throws {
        switch tensor.datatype {
        case .bool: for value in try tensor.values(as: Bool.self) { self.bool(value) }
        case .uint8: try self.integers(tensor, as: UInt8.self)
        case .uint16: try self.integers(tensor, as: UInt16.self)
        case .uint32: try self.integers(tensor, as: UInt32.self)
        case .uint64: try self.integers(tensor, as: UInt64.self)
        case .int8: try self.integers(tensor, as: Int8.self)
        case .int16: try self.integers(tensor, as: Int16.self)
        case .int32: try self.integers(tensor, as: Int32.self)
        case .int64: try self.integers(tensor, as: Int64.self)
        case .fp32:
            for value in try tensor.values(as: Float.self) {
                guard value.isFinite else { throw Self.unsupported(tensor) }
                self.number(value)
            }
        case .fp64:
            for value in try tensor.values(as: Double.self) {
                guard value.isFinite else { throw Self.unsupported(tensor) }
                self.number(value)
            }
        case .bytes:
            for bytes in try tensor.byteStrings() {
                guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.unsupported(tensor) }
                self.string(text)
            }
        case .fp16, .bf16: throw Self.unsupported(tensor)
        }
    }

    private mutating func integers<Element: KServeElement & FixedWidthInteger>(
        _ tensor: KServeTensor, as type: Element.Type
    ) throws {
        for value in try tensor.values(as: type) {
            guard let value = Int(exactly: value) else { throw Self.unsupported(tensor) }
            self.integer(value)
        }
    }

    private static func unsupported(_ tensor: KServeTensor) -> LLMError {
        LLMError(
            .unsupported,
            "The tensor '\(tensor.name)' has elements of \(tensor.datatype.rawValue) that JSON cannot hold; send it in binary form or by gRPC."
        )
    }
}

extension KServeTensor {
    /// Makes a tensor out of JSON: a list, nested or flat, or a single value.
    ///
    /// - Throws: ``KServeTensorError`` where an element is not of the type, or they are not as many as the shape says.
    package init(_ name: String, datatype: KServeDatatype, shape: [Int], json: JSONValue) throws {
        var bytes: [UInt8] = []
        try Self.append(json, of: datatype, name: name, to: &bytes)
        try self.init(name, datatype: datatype, shape: shape, bytes: bytes)
    }

    private static func append(
        _ json: JSONValue, of datatype: KServeDatatype, name: String, to bytes: inout [UInt8]
    ) throws {
        if let elements = json.arrayValue {
            for element in elements { try Self.append(element, of: datatype, name: name, to: &bytes) }
            return
        }
        guard let element = try Self.encoded(json, as: datatype) else {
            throw KServeTensorError(
                .wrongType, "The tensor '\(name)' holds a \(json.typeName), not \(datatype.rawValue).")
        }
        bytes += element
    }

    /// The bytes of one element, or nil where it is not of the type.
    private static func encoded(_ json: JSONValue, as datatype: KServeDatatype) throws -> [UInt8]? {
        switch datatype {
        case .bool: json.boolValue.map(Self.encoded)
        case .uint8: Self.integer(json, UInt8.self)
        case .uint16: Self.integer(json, UInt16.self)
        case .uint32: Self.integer(json, UInt32.self)
        case .uint64: Self.integer(json, UInt64.self)
        case .int8: Self.integer(json, Int8.self)
        case .int16: Self.integer(json, Int16.self)
        case .int32: Self.integer(json, Int32.self)
        case .int64: Self.integer(json, Int64.self)
        case .fp32: json.numberValue.map { Self.encoded(Float($0)) }
        case .fp64: json.numberValue.map(Self.encoded)
        case .bytes: try json.stringValue.map { try LengthPrefixedStrings.encoded($0.utf8) }
        case .fp16, .bf16: nil
        }
    }

    private static func integer<Element: KServeElement & FixedWidthInteger>(
        _ json: JSONValue, _ type: Element.Type
    ) -> [UInt8]? {
        switch json {
        case .integer(let value): Element(exactly: value).map(Self.encoded)
        case .number(let value): Element(exactly: value).map(Self.encoded)
        default: nil
        }
    }

    private static func encoded(_ element: some KServeElement) -> [UInt8] {
        withUnsafeBytes(of: element.tensorBits.littleEndian, Array.init)
    }
}
