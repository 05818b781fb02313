// SPDX-License-Identifier: Apache-2.0

/// An array in a model file's metadata: a checked slice of the file, decoded element by element when asked for.
///
/// A vocabulary of 150,000 strings thus costs nothing until somebody walks through it.
package struct GGUFArray: Sendable {
    /// What each element is.
    package let elementType: GGUFValueType

    /// How many elements there are.
    package let count: Int

    /// Keeps the bytes alive.
    private let storage: ByteStorage

    /// Where the elements lie in the storage, as the file encodes them.
    private let range: Range<Int>

    /// An array whose bytes the parser has checked.
    init(elementType: GGUFValueType, count: Int, storage: ByteStorage, range: Range<Int>) {
        self.elementType = elementType
        self.count = count
        self.storage = storage
        self.range = range
    }

    /// Lends the elements' bytes as the file encodes them.
    package func withEncodedBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self.storage) {
            try body(UnsafeRawBufferPointer(rebasing: self.storage.bytes[self.range]))
        }
    }

    /// Calls a closure with the bytes of each string in turn; they need not be UTF-8.
    ///
    /// - Returns: False, without a call, when this is not an array of strings.
    @discardableResult
    package func forEachString(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows -> Bool {
        guard self.elementType == .string else { return false }
        try self.withEncodedBytes { bytes in
            var offset = 0
            for _ in 0..<self.count {
                let length = Int(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
                try body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
                offset += length
            }
        }
        return true
    }

    /// The elements, if they are text; bytes that are not UTF-8 are replaced by U+FFFD.
    package var strings: [String]? {
        guard self.elementType == .string else { return nil }
        var result = [String]()
        result.reserveCapacity(self.count)
        self.forEachString { result.append(String(decoding: $0, as: UTF8.self)) }
        return result
    }

    /// The elements, if they are integers and all fit into `Int`.
    package var integers: [Int]? {
        switch self.elementType {
        case .uint8: self.numbers(UInt8.self).map(Int.init)
        case .int8: self.numbers(Int8.self).map(Int.init)
        case .uint16: self.numbers(UInt16.self).map(Int.init)
        case .int16: self.numbers(Int16.self).map(Int.init)
        case .uint32: self.numbers(UInt32.self).map(Int.init)
        case .int32: self.numbers(Int32.self).map(Int.init)
        case .int64: self.numbers(Int64.self).map(Int.init)
        case .uint64: Self.exact(self.numbers(UInt64.self))
        default: nil
        }
    }

    /// The elements, if they are numbers, rounded to single precision.
    package var floats: [Float]? {
        switch self.elementType {
        case .float32: self.numbers(UInt32.self).map(Float.init(bitPattern:))
        case .float64: self.numbers(UInt64.self).map { Float(Double(bitPattern: $0)) }
        default: self.integers?.map(Float.init)
        }
    }

    /// The elements, if they are truth values.
    package var bools: [Bool]? {
        self.elementType == .bool ? self.numbers(UInt8.self).map { $0 != 0 } : nil
    }

    /// The elements, if they are arrays themselves.
    package var arrays: [GGUFArray]? {
        guard self.elementType == .array else { return nil }
        var reader = GGUFReader(storage: self.storage, source: "metadata", offset: self.range.lowerBound)
        return try? (0..<self.count).map { _ in try reader.readArray(depth: 1) }
    }

    /// The elements of a fixed-size type.
    private func numbers<Number: FixedWidthInteger>(_ type: Number.Type) -> [Number] {
        self.withEncodedBytes { bytes in
            (0..<self.count).map {
                Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: type))
            }
        }
    }

    /// The numbers as `Int`, or nil when one does not fit.
    private static func exact(_ numbers: [UInt64]) -> [Int]? {
        let converted = numbers.compactMap { Int(exactly: $0) }
        return converted.count == numbers.count ? converted : nil
    }
}
