// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import struct FoundationEssentials.Decimal
#else
public import struct Foundation.Decimal
#endif

extension Int: Generable {
    /// A whole number.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.number(isWhole: true))) }

    /// Reads a whole number; `2.0` counts as one.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is none.
    public init(_ content: GeneratedContent) throws {
        switch content.storage {
        case .integer(let value): self = value
        case .number(let value):
            guard let whole = Int(exactly: value) else {
                throw GeneratedContentError(.outOfRange, "must be a whole number of 64 bits, but is \(value)")
            }
            self = whole
        default: throw content.mismatch("a whole number")
        }
    }

    /// The number as generated content.
    public var generatedContent: GeneratedContent { GeneratedContent(.integer(self)) }
}

extension Double: Generable {
    /// A number.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.number(isWhole: false))) }

    /// Reads a number.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is none.
    public init(_ content: GeneratedContent) throws {
        switch content.storage {
        case .integer(let value): self = Double(value)
        case .number(let value): self = value
        default: throw content.mismatch("a number")
        }
    }

    /// The number as generated content; what JSON has no number for, such as infinity, is null.
    public var generatedContent: GeneratedContent { GeneratedContent(self.isFinite ? .number(self) : .null) }
}

extension Float: Generable {
    /// A number.
    public static var generationSchema: GenerationSchema { Double.generationSchema }

    /// Reads a number, rounded to what a `Float` holds.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is none, or too large.
    public init(_ content: GeneratedContent) throws {
        let value = Float(try Double(content))
        guard value.isFinite else { throw GeneratedContentError(.outOfRange, "is too large a number for a Float") }
        self = value
    }

    /// The number as generated content, written with as many digits as a `Float` has.
    public var generatedContent: GeneratedContent { (Double(self.description) ?? Double(self)).generatedContent }
}

extension Decimal: Generable {
    /// A number.
    public static var generationSchema: GenerationSchema { Double.generationSchema }

    /// Reads a number by its shortest decimal form.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is none, or too large.
    public init(_ content: GeneratedContent) throws {
        if case .integer(let value) = content.storage {
            self.init(value)
            return
        }
        guard let value = Decimal(string: try Double(content).description) else {
            throw GeneratedContentError(.outOfRange, "is too large a number for a Decimal")
        }
        self = value
    }

    /// The number as generated content; a fraction keeps the 15 digits that a `Double` has.
    public var generatedContent: GeneratedContent {
        let text = self.description
        return Int(text)?.generatedContent ?? Double(text)?.generatedContent ?? GeneratedContent(.null)
    }
}
