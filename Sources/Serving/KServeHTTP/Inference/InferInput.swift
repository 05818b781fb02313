// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import ServingCore

/// An input as a request's JSON describes it.
struct InferInput {
    private enum Contents {
        case none
        case read([UInt8])
        /// Elements that came before their type was known.
        case json(JSONValue)
        case binary(size: Int)
    }

    private var name = ""
    private var datatype: KServeDatatype?
    private var shape: [Int]?
    private var contents = Contents.none

    /// Reads a description with the elements, if they are in it.
    ///
    /// - Throws: ``ServingError``, ``JSONError`` and ``KServeTensorError``.
    init(_ reader: inout JSONReader) throws {
        try reader.object { reader, key in
            switch key {
            case "name": self.name = try reader.string() ?? ""
            case "datatype": self.datatype = try KServeDatatype(named: try reader.string() ?? "")
            case "shape":
                var shape: [Int] = []
                try reader.array { reader in
                    guard let length = try reader.integer(), shape.count < 64 else {
                        throw ServingError(
                            .invalidArgument, "The shape of '\(self.name)' is no list of up to 64 lengths.")
                    }
                    shape.append(length)
                }
                self.shape = shape
            case "data":
                guard let datatype, !self.isBinary else {
                    let value = try reader.value()
                    if !self.isBinary { self.contents = .json(value) }
                    return
                }
                var elements = TensorElements(datatype, name: self.name)
                try elements.read(&reader)
                self.contents = .read(elements.bytes)
            case "parameters": try self.readParameters(&reader)
            default: try reader.skip()
            }
        }
    }

    private var isBinary: Bool { if case .binary = self.contents { true } else { false } }

    private mutating func readParameters(_ reader: inout JSONReader) throws {
        try reader.object { reader, key in
            switch key {
            case "binary_data_size":
                guard let size = try reader.integer(), size >= 0 else {
                    throw ServingError(.invalidArgument, "'binary_data_size' of '\(self.name)' is no length.")
                }
                self.contents = .binary(size: size)
            case "shared_memory_region":
                throw ServingError(
                    .unsupported, "Shared memory is not configured on this server; send the tensor itself.")
            default: try reader.skip()
            }
        }
    }

    /// The tensor.
    ///
    /// - Parameter rest: What follows the JSON and belongs to no tensor yet.
    /// - Throws: ``ServingError`` and ``KServeTensorError`` where something is missing, or is not as much as the shape says.
    func tensor(binary rest: inout Slice<UnsafeRawBufferPointer>) throws -> KServeTensor {
        guard !self.name.isEmpty, let datatype, let shape else {
            throw ServingError(
                .invalidArgument, "An input needs 'name', 'datatype' and 'shape'; '\(self.name)' has not all.")
        }
        switch self.contents {
        case .none:
            throw ServingError(.invalidArgument, "The input '\(self.name)' has neither 'data' nor 'binary_data_size'.")
        case .read(let bytes): return try KServeTensor(self.name, datatype: datatype, shape: shape, bytes: bytes)
        case .json(let json): return try KServeTensor(self.name, datatype: datatype, shape: shape, json: json)
        case .binary(let size):
            guard size <= rest.count else {
                throw ServingError(
                    .invalidArgument, "The input '\(self.name)' should have \(size) bytes, and \(rest.count) are left.")
            }
            let bytes = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            return try KServeTensor(self.name, datatype: datatype, shape: shape, bytes: bytes)
        }
    }
}

/// The elements of a tensor, read from JSON without a tree of values.
private struct TensorElements {
    let datatype: KServeDatatype
    let name: String
    private(set) var bytes: [UInt8] = []

    init(_ datatype: KServeDatatype, name: String) {
        self.datatype = datatype
        self.name = name
    }

    /// Reads a list, nested or flat, or a single element.
    mutating func read(_ reader: inout JSONReader) throws {
        if try reader.isNext("[") { return try reader.array { try self.read(&$0) } }
        switch self.datatype {
        case .int8: try self.add(reader.integer(), as: Int8.self)
        case .int16: try self.add(reader.integer(), as: Int16.self)
        case .int32: try self.add(reader.integer(), as: Int32.self)
        case .int64: try self.add(reader.integer(), as: Int64.self)
        case .uint8: try self.add(reader.integer(), as: UInt8.self)
        case .uint16: try self.add(reader.integer(), as: UInt16.self)
        case .uint32: try self.add(reader.integer(), as: UInt32.self)
        case .fp32: self.add(Float(try self.present(reader.number())).bitPattern)
        case .fp64: self.add(try self.present(reader.number()).bitPattern)
        case .bytes:
            let text = try self.present(reader.string())
            guard let length = UInt32(exactly: text.utf8.count) else { throw self.wrong }
            self.add(length)
            self.bytes.append(contentsOf: text.utf8)
        case .bool:
            guard let truth = try reader.value().boolValue else { throw self.wrong }
            self.bytes.append(truth ? 1 : 0)
        case .uint64:
            // Numbers beyond 63 bits arrive as floating point.
            switch try reader.value() {
            case .integer(let number): try self.add(number, as: UInt64.self)
            case .number(let number): self.add(try self.present(UInt64(exactly: number)))
            default: throw self.wrong
            }
        case .fp16, .bf16:
            throw ServingError(
                .invalidArgument, "'\(self.name)' must be in binary form: JSON has no \(self.datatype.rawValue).")
        }
    }

    private mutating func add<Element: FixedWidthInteger>(_ number: Int?, as type: Element.Type) throws {
        self.add(try self.present(number.flatMap { Element(exactly: $0) }))
    }

    private mutating func add(_ element: some FixedWidthInteger) {
        withUnsafeBytes(of: element.littleEndian) { self.bytes.append(contentsOf: $0) }
    }

    private func present<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw self.wrong }
        return value
    }

    private var wrong: ServingError {
        ServingError(.invalidArgument, "An element of '\(self.name)' is not of the type \(self.datatype.rawValue).")
    }
}
