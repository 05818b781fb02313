// SPDX-License-Identifier: Apache-2.0

/// The errors of JSON text.
public enum JSONDomain: ErrorDomain {
    /// The family's name.
    public static let name = "json"
}

/// An error in JSON text; the message has line and column.
public typealias JSONError = DomainError<JSONDomain>

extension JSONError.Code where Domain == JSONDomain {
    /// The text breaks JSON's grammar.
    public static var malformed: Self { "malformed" }
    /// The text ends inside a value.
    public static var truncated: Self { "truncated" }
    /// A value has another type than the reader expects.
    public static var wrongType: Self { "wrong-type" }
    /// Arrays and objects are nested more deeply than allowed.
    public static var tooDeep: Self { "too-deep" }
}

extension JSONValue {
    /// Reads JSON text strictly by RFC 8259.
    ///
    /// A key written twice keeps its last value; an escaped lone surrogate becomes U+FFFD.
    /// - Parameters:
    ///   - text: One JSON value with nothing but white space around it.
    ///   - maximumDepth: How deeply arrays and objects may be nested.
    /// - Throws: ``JSONError`` with line and column of what was wrong.
    public init(parsing text: String, maximumDepth: Int = 512) throws {
        try self.init(parsing: text.utf8, maximumDepth: maximumDepth)
    }

    /// Reads JSON text in UTF-8 strictly by RFC 8259.
    ///
    /// - Parameters:
    ///   - bytes: One JSON value with nothing but white space around it; a byte order mark is skipped.
    ///   - maximumDepth: How deeply arrays and objects may be nested.
    /// - Throws: ``JSONError`` with line and column of what was wrong.
    public init(parsing bytes: some Sequence<UInt8>, maximumDepth: Int = 512) throws {
        let read = { (bytes: UnsafeRawBufferPointer) throws -> JSONValue in
            try JSONReader.read(bytes, maximumDepth: maximumDepth) { try $0.value() }
        }
        let value = try bytes.withContiguousStorageIfAvailable { try read(UnsafeRawBufferPointer($0)) }
        self = try value ?? Array(bytes).withUnsafeBytes(read)
    }
}
