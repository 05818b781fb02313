// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// Reads the front of a GGUF file from untrusted bytes; every size is checked before it is used.
struct GGUFReader {
    /// The longest key the format allows, in bytes.
    static let maximumKeyLength = 65_535
    /// How deeply arrays may be nested.
    static let maximumDepth = 16

    let storage: ByteStorage
    let source: String
    var offset: Int

    /// A reader at a byte of some storage.
    init(storage: ByteStorage, source: String, offset: Int = 0) {
        self.storage = storage
        self.source = source
        self.offset = offset
    }

    /// How many bytes are left.
    var remaining: Int { self.storage.bytes.count - self.offset }

    /// An error at the current byte.
    func failure(_ code: ModelFileError.Code, _ message: String) -> ModelFileError {
        ModelFileError(code, "\(self.source): \(message) (at byte \(self.offset)).")
    }

    /// Reads a number.
    mutating func read<Number: FixedWidthInteger>(_ what: String, as type: Number.Type = Number.self) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard self.remaining >= size else { throw self.failure(.truncated, "the file ends inside \(what)") }
        defer { self.offset += size }
        return Number(littleEndian: self.storage.bytes.loadUnaligned(fromByteOffset: self.offset, as: type))
    }

    /// Reads the length of a string and lends its bytes.
    mutating func readStringBytes(_ what: String) throws -> UnsafeRawBufferPointer {
        let length = try self.read(what, as: UInt64.self)
        guard length <= UInt64(self.remaining) else {
            throw self.failure(
                .truncated, "\(what) claims \(length) bytes, but only \(self.remaining) are left in the file")
        }
        defer { self.offset += Int(length) }
        return UnsafeRawBufferPointer(rebasing: self.storage.bytes[self.offset..<self.offset + Int(length)])
    }

    /// Reads a name: UTF-8, not empty, not longer than allowed.
    mutating func readName(_ what: String, maximumLength: Int) throws -> String {
        let start = self.offset
        let bytes = try self.readStringBytes(what)
        guard !bytes.isEmpty, bytes.count <= maximumLength else {
            self.offset = start
            throw self.failure(.malformed, "\(what) has \(bytes.count) bytes instead of 1 to \(maximumLength)")
        }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            self.offset = start
            throw self.failure(.malformed, "\(what) is not UTF-8")
        }
        return name
    }

    /// Reads a value's type.
    mutating func readValueType(_ what: String) throws -> GGUFValueType {
        let number = try self.read("the type of \(what)", as: UInt32.self)
        guard let type = GGUFValueType(rawValue: number) else {
            throw self.failure(.malformed, "\(what) has the unknown type \(number)")
        }
        return type
    }

    /// Reads all metadata.
    mutating func readMetadata(count: Int) throws -> GGUFMetadata {
        var metadata = GGUFMetadata(source: self.source)
        for index in 0..<count {
            let key = try self.readName("metadata key \(index)", maximumLength: Self.maximumKeyLength)
            let type = try self.readValueType("'\(key)'")
            let value = try self.readValue(type, "'\(key)'")
            guard metadata.insert(value, for: key) else {
                throw self.failure(.malformed, "the metadata key '\(key)' occurs twice")
            }
        }
        return metadata
    }

    /// Reads one value.
    private mutating func readValue(_ type: GGUFValueType, _ what: String) throws -> GGUFValue {
        switch type {
        case .uint8: .uint8(try self.read(what))
        case .int8: .int8(try self.read(what))
        case .uint16: .uint16(try self.read(what))
        case .int16: .int16(try self.read(what))
        case .uint32: .uint32(try self.read(what))
        case .int32: .int32(try self.read(what))
        case .uint64: .uint64(try self.read(what))
        case .int64: .int64(try self.read(what))
        case .float32: .float32(Float(bitPattern: try self.read(what)))
        case .float64: .float64(Double(bitPattern: try self.read(what)))
        case .bool: .bool(try self.readBool(what))
        case .string: .string(String(decoding: try self.readStringBytes(what), as: UTF8.self))
        case .array: .array(try self.readArray(depth: 0))
        }
    }

    /// Reads a truth value.
    private mutating func readBool(_ what: String) throws -> Bool {
        let byte = try self.read(what, as: UInt8.self)
        guard byte <= 1 else { throw self.failure(.malformed, "the truth value \(what) is \(byte), not 0 or 1") }
        return byte == 1
    }

    /// Walks over an array and checks that all of it is there.
    mutating func readArray(depth: Int) throws -> GGUFArray {
        guard depth < Self.maximumDepth else {
            throw self.failure(.malformed, "arrays are nested more than \(Self.maximumDepth) deep")
        }
        let type = try self.readValueType("an array's elements")
        let announced = try self.read("an array's length", as: UInt64.self)
        let smallest = type.byteCount ?? (type == .string ? 8 : 12)
        guard announced <= UInt64(self.remaining / smallest) else {
            throw self.failure(
                .truncated,
                "an array of \(announced) \(type) elements does not fit into the \(self.remaining) bytes left")
        }
        let count = Int(announced)
        let start = self.offset
        switch type {
        case .string: for _ in 0..<count { _ = try self.readStringBytes("an array's string") }
        case .array: for _ in 0..<count { _ = try self.readArray(depth: depth + 1) }
        case .bool: for _ in 0..<count { _ = try self.readBool("in an array") }
        default: self.offset += count * smallest
        }
        return GGUFArray(elementType: type, count: count, storage: self.storage, range: start..<self.offset)
    }

    /// The multiple at which tensors start, from the metadata or by default.
    func alignment(from metadata: GGUFMetadata) throws -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard let alignment = value.intValue, alignment > 0, alignment & (alignment - 1) == 0 else {
            let written = value.intValue.map(String.init) ?? "of type \(value.type)"
            throw self.failure(.malformed, "'general.alignment' must be a power of two, but is \(written)")
        }
        return alignment
    }
}
