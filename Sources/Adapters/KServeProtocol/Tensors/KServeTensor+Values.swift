// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A Swift type that tensors can be made of.
public protocol KServeElement: Sendable {
    /// The bits as they are sent.
    associatedtype Bits: FixedWidthInteger & BitwiseCopyable
    /// The type's name in the protocol.
    static var datatype: KServeDatatype { get }
    /// The value's bits.
    var tensorBits: Bits { get }
    /// The value with these bits.
    init(tensorBits: Bits)
}

extension KServeTensor {
    /// Makes a tensor out of values.
    ///
    /// - Throws: ``KServeTensorError`` where they are not as many as the shape says.
    @inlinable
    public init<Element: KServeElement>(_ name: String, shape: [Int], values: [Element]) throws {
        let size = MemoryLayout<Element.Bits>.size
        let bytes = [UInt8](unsafeUninitializedCapacity: values.count * size) { bytes, count in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for (index, value) in values.enumerated() {
                raw.storeBytes(of: value.tensorBits.littleEndian, toByteOffset: index * size, as: Element.Bits.self)
            }
            count = values.count * size
        }
        try self.init(name, datatype: Element.datatype, shape: shape, bytes: bytes)
    }

    /// Makes a tensor out of texts.
    ///
    /// - Throws: ``KServeTensorError`` where they are not as many as the shape says.
    public init(_ name: String, shape: [Int], strings: [String]) throws {
        let bytes = try strings.reduce(into: [UInt8]()) { try $0 += LengthPrefixedStrings.encoded($1.utf8) }
        try self.init(name, datatype: .bytes, shape: shape, bytes: bytes)
    }

    /// The elements row by row.
    ///
    /// - Throws: ``KServeTensorError`` with code `.wrongType` where they are of another type.
    @inlinable
    public func values<Element: KServeElement>(as type: Element.Type = Element.self) throws -> [Element] {
        try self.check(Element.datatype)
        let size = MemoryLayout<Element.Bits>.size
        return self.bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / size).map { index in
                let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: Element.Bits.self)
                return Element(tensorBits: Element.Bits(littleEndian: bits))
            }
        }
    }

    /// The strings row by row, as bytes.
    ///
    /// - Throws: ``KServeTensorError`` with code `.wrongType` where the elements are no strings.
    public func byteStrings() throws -> [[UInt8]] {
        try self.check(.bytes)
        return IteratorSequence(LengthPrefixedStrings(self.bytes)).map(Array.init)
    }

    /// The texts row by row; bytes that are no character show as U+FFFD.
    ///
    /// - Throws: ``KServeTensorError`` with code `.wrongType` where the elements are no strings.
    public func strings() throws -> [String] { try self.byteStrings().map { String(decoding: $0, as: UTF8.self) } }

    @usableFromInline
    func check(_ wanted: KServeDatatype) throws {
        guard self.datatype == wanted else {
            throw KServeTensorError(
                .wrongType, "The tensor '\(self.name)' is of type \(self.datatype.rawValue), not \(wanted.rawValue).")
        }
    }
}

extension KServeElement where Self: FixedWidthInteger & BitwiseCopyable, Bits == Self {
    /// The value itself.
    public var tensorBits: Self { self }
    /// The value itself.
    public init(tensorBits: Self) { self = tensorBits }
}

extension UInt8: KServeElement {
    /// `UINT8`.
    public static var datatype: KServeDatatype { .uint8 }
}
extension UInt16: KServeElement {
    /// `UINT16`.
    public static var datatype: KServeDatatype { .uint16 }
}
extension UInt32: KServeElement {
    /// `UINT32`.
    public static var datatype: KServeDatatype { .uint32 }
}
extension UInt64: KServeElement {
    /// `UINT64`.
    public static var datatype: KServeDatatype { .uint64 }
}
extension Int8: KServeElement {
    /// `INT8`.
    public static var datatype: KServeDatatype { .int8 }
}
extension Int16: KServeElement {
    /// `INT16`.
    public static var datatype: KServeDatatype { .int16 }
}
extension Int32: KServeElement {
    /// `INT32`.
    public static var datatype: KServeDatatype { .int32 }
}
extension Int64: KServeElement {
    /// `INT64`.
    public static var datatype: KServeDatatype { .int64 }
}
extension Bool: KServeElement {
    /// `BOOL`.
    public static var datatype: KServeDatatype { .bool }
    /// 1 or 0.
    public var tensorBits: UInt8 { self ? 1 : 0 }
    /// True for anything but 0.
    public init(tensorBits: UInt8) { self = tensorBits != 0 }
}
extension Float: KServeElement {
    /// `FP32`.
    public static var datatype: KServeDatatype { .fp32 }
    /// The bits of IEEE 754.
    public var tensorBits: UInt32 { self.bitPattern }
    /// The value with these bits.
    public init(tensorBits: UInt32) { self.init(bitPattern: tensorBits) }
}
extension Double: KServeElement {
    /// `FP64`.
    public static var datatype: KServeDatatype { .fp64 }
    /// The bits of IEEE 754.
    public var tensorBits: UInt64 { self.bitPattern }
    /// The value with these bits.
    public init(tensorBits: UInt64) { self.init(bitPattern: tensorBits) }
}
