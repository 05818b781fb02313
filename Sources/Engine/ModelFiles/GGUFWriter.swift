// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Builds a GGUF file of version 3 from metadata and tensors.
package struct GGUFWriter: Sendable {
    /// A tensor that is to be written.
    private struct Entry {
        var name: String
        var dimensions: [Int]
        var type: TensorType
        var bytes: [UInt8]
    }

    private var metadata: [(key: String, value: GGUFValue)] = []
    private var tensors: [Entry] = []

    /// An empty file with tensors at multiples of 32 bytes, unless `general.alignment` is set.
    package init() {}

    /// Adds a metadata value; an earlier one of the same key is replaced.
    package mutating func set(_ key: String, _ value: GGUFValue) {
        if let index = self.metadata.firstIndex(where: { $0.key == key }) {
            self.metadata[index].value = value
        } else {
            self.metadata.append((key, value))
        }
    }

    /// Adds a tensor.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - dimensions: The dimensions, the one whose elements are neighbours first.
    ///   - type: How the numbers are stored.
    ///   - bytes: The numbers.
    package mutating func add(tensor name: String, dimensions: [Int], type: TensorType, bytes: [UInt8]) {
        self.tensors.append(Entry(name: name, dimensions: dimensions, type: type, bytes: bytes))
    }

    /// The whole file.
    package func serialized() -> [UInt8] {
        let alignment = Self.alignment(of: self.metadata)
        var output = Self.header(
            metadata: self.metadata,
            tensors: self.tensors.map {
                TensorDescription(
                    name: $0.name, dimensions: $0.dimensions, type: $0.type, offset: 0, byteCount: $0.bytes.count)
            })
        for tensor in self.tensors {
            output.append(contentsOf: repeatElement(0, count: Self.padded(output.count, alignment) - output.count))
            output.append(contentsOf: tensor.bytes)
        }
        return output
    }

    /// Writes the file, replacing one that is there.
    ///
    /// - Throws: ``ModelFileError`` when that fails; a partial file is removed.
    package func write(to path: String) throws {
        guard let file = fopen(path, "wb") else {
            throw ModelFileError(.notWritable, "\(path): cannot be written: \(ByteStorage.reason(errno)).")
        }
        let bytes = self.serialized()
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            let reason = ByteStorage.reason(errno)
            unlink(path)
            throw ModelFileError(.notWritable, "\(path): cannot be written: \(reason).")
        }
    }

    /// The multiple at which tensors start.
    static func alignment(of metadata: [(key: String, value: GGUFValue)]) -> Int {
        max(1, metadata.first { $0.key == "general.alignment" }?.value.intValue ?? 32)
    }

    /// What stands before the tensors' bytes, whose places follow from their sizes.
    static func header(metadata: [(key: String, value: GGUFValue)], tensors: [TensorDescription]) -> [UInt8] {
        let alignment = Self.alignment(of: metadata)
        var output = Array("GGUF".utf8)
        output.appendLittleEndian(UInt32(3))
        output.appendLittleEndian(UInt64(tensors.count))
        output.appendLittleEndian(UInt64(metadata.count))
        for (key, value) in metadata {
            output.appendString(key.utf8)
            output.appendLittleEndian(value.type.rawValue)
            value.encode(into: &output)
        }
        var offset = 0
        for tensor in tensors {
            output.appendString(tensor.name.utf8)
            output.appendLittleEndian(UInt32(tensor.dimensions.count))
            for dimension in tensor.dimensions { output.appendLittleEndian(UInt64(dimension)) }
            output.appendLittleEndian(tensor.type.rawValue)
            output.appendLittleEndian(UInt64(offset))
            offset += Self.padded(tensor.byteCount, alignment)
        }
        return output
    }

    /// The next multiple of the alignment.
    static func padded(_ size: Int, _ alignment: Int) -> Int { (size + alignment - 1) / alignment * alignment }
}

extension GGUFValue {
    /// Appends the value as files encode it, without its type.
    fileprivate func encode(into output: inout [UInt8]) {
        switch self {
        case .uint8(let value): output.appendLittleEndian(value)
        case .int8(let value): output.appendLittleEndian(value)
        case .uint16(let value): output.appendLittleEndian(value)
        case .int16(let value): output.appendLittleEndian(value)
        case .uint32(let value): output.appendLittleEndian(value)
        case .int32(let value): output.appendLittleEndian(value)
        case .uint64(let value): output.appendLittleEndian(value)
        case .int64(let value): output.appendLittleEndian(value)
        case .float32(let value): output.appendLittleEndian(value.bitPattern)
        case .float64(let value): output.appendLittleEndian(value.bitPattern)
        case .bool(let value): output.append(value ? 1 : 0)
        case .string(let value): output.appendString(value.utf8)
        case .array(let array):
            output.appendLittleEndian(array.elementType.rawValue)
            output.appendLittleEndian(UInt64(array.count))
            array.withEncodedBytes { output.append(contentsOf: $0) }
        }
    }
}

extension GGUFArray {
    /// An array of byte strings, which need not be UTF-8.
    package init(strings: [[UInt8]]) {
        var bytes = [UInt8]()
        for string in strings { bytes.appendString(string) }
        self.init(.string, strings.count, bytes)
    }

    /// An array of texts.
    package init(strings: [String]) { self.init(strings: strings.map { Array($0.utf8) }) }

    /// An array of 32-bit integers.
    package init(int32: [Int32]) {
        var bytes = [UInt8]()
        for number in int32 { bytes.appendLittleEndian(number) }
        self.init(.int32, int32.count, bytes)
    }

    /// An array of single-precision numbers.
    package init(float32: [Float]) {
        var bytes = [UInt8]()
        for number in float32 { bytes.appendLittleEndian(number.bitPattern) }
        self.init(.float32, float32.count, bytes)
    }

    /// An array of bytes.
    package init(uint8: [UInt8]) { self.init(.uint8, uint8.count, uint8) }

    /// An array of truth values.
    package init(bools: [Bool]) { self.init(.bool, bools.count, bools.map { $0 ? 1 : 0 }) }

    /// An array of arrays.
    package init(arrays: [GGUFArray]) {
        var bytes = [UInt8]()
        for array in arrays { GGUFValue.array(array).encode(into: &bytes) }
        self.init(.array, arrays.count, bytes)
    }

    /// An array of encoded elements.
    private init(_ elementType: GGUFValueType, _ count: Int, _ bytes: [UInt8]) {
        self.init(
            elementType: elementType, count: count, storage: ByteStorage(copying: bytes), range: 0..<bytes.count)
    }
}

extension [UInt8] {
    /// Appends a number, its lowest byte first.
    fileprivate mutating func appendLittleEndian(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { self.append(contentsOf: $0) }
    }

    /// Appends a length and a string.
    fileprivate mutating func appendString(_ string: some Collection<UInt8>) {
        self.appendLittleEndian(UInt64(string.count))
        self.append(contentsOf: string)
    }
}
