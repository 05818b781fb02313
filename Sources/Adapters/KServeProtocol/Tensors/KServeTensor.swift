// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A named array of any number of dimensions, whose contents are as many elements as its shape says.
public struct KServeTensor: Sendable, Hashable {
    /// The name that the model knows it by.
    public let name: String
    /// The type of the elements.
    public let datatype: KServeDatatype
    /// The length of each dimension; a single value has none.
    public let shape: [Int]
    /// The elements row by row, little-endian; each string is preceded by its length in four bytes.
    public let bytes: [UInt8]

    /// Makes a tensor out of its contents in the form that is sent.
    ///
    /// - Throws: ``KServeTensorError`` where they are not what the shape says.
    public init(_ name: String, datatype: KServeDatatype, shape: [Int], bytes: [UInt8]) throws {
        let count = try Self.elementCount(shape, name: name)
        if let size = datatype.size {
            guard !count.multipliedReportingOverflow(by: size).overflow, bytes.count == count * size else {
                throw KServeTensorError(
                    .wrongSize,
                    "The tensor '\(name)' has \(bytes.count) bytes, not those of \(count) elements of \(datatype.rawValue)."
                )
            }
        } else {
            try Self.checkStrings(bytes, count: count, name: name)
        }
        self.name = name
        self.datatype = datatype
        self.shape = shape
        self.bytes = bytes
    }

    /// How many elements there are.
    public var count: Int { self.shape.reduce(1, *) }

    /// Counts the elements of a shape.
    ///
    /// - Throws: ``KServeTensorError`` with code `.invalidShape`.
    private static func elementCount(_ shape: [Int], name: String) throws -> Int {
        var count = 1
        for dimension in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflows else {
                throw KServeTensorError(
                    .invalidShape, "The tensor '\(name)' has the shape \(shape), which no array can have.")
            }
            count = product
        }
        return count
    }

    private static func checkStrings(_ bytes: [UInt8], count: Int, name: String) throws {
        var strings = LengthPrefixedStrings(bytes)
        var found = 0
        while found < count, strings.next() != nil { found += 1 }
        guard found == count, strings.isAtEnd else {
            throw KServeTensorError(
                .wrongSize, "The contents of the tensor '\(name)' are not \(count) strings with their lengths.")
        }
    }
}

/// Walks over strings that are preceded by their lengths.
package struct LengthPrefixedStrings: IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    /// Begins with the first.
    package init(_ bytes: [UInt8]) { self.rest = bytes[...] }

    /// Whether nothing is left.
    package var isAtEnd: Bool { self.rest.isEmpty }

    /// The next string, or nil where none is whole.
    package mutating func next() -> ArraySlice<UInt8>? {
        guard self.rest.count >= 4 else { return nil }
        let length = self.rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard self.rest.count - 4 >= length else { return nil }
        let string = self.rest.dropFirst(4).prefix(length)
        self.rest = self.rest.dropFirst(4 + length)
        return string
    }

    /// A string with its length before it.
    ///
    /// - Throws: ``KServeTensorError`` with code `.wrongSize` where the length does not fit four bytes.
    package static func encoded(_ string: some Collection<UInt8>) throws -> [UInt8] {
        guard let length = UInt32(exactly: string.count) else {
            throw KServeTensorError(.wrongSize, "A string of \(string.count) bytes is too long for a tensor.")
        }
        return withUnsafeBytes(of: length.littleEndian, Array.init) + string
    }
}
