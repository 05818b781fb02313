// SPDX-License-Identifier: Apache-2.0

extension String: Generable {
    /// Any text.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.string)) }

    /// Reads a text; one that is still being written is read as far as it is.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is no text.
    public init(_ content: GeneratedContent) throws {
        guard case .string(let text) = content.storage else { throw content.mismatch("a text") }
        self = text
    }

    /// The text as generated content.
    public var generatedContent: GeneratedContent { GeneratedContent(.string(self)) }
}

extension Bool: Generable {
    /// A truth value.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.boolean)) }

    /// Reads a truth value.
    ///
    /// - Throws: ``GeneratedContentError`` if the content is none.
    public init(_ content: GeneratedContent) throws {
        guard case .bool(let value) = content.storage else { throw content.mismatch("a truth value") }
        self = value
    }

    /// The truth value as generated content.
    public var generatedContent: GeneratedContent { GeneratedContent(.bool(self)) }
}

extension Never: Generable {
    /// Nothing: there is no such value.
    public static var generationSchema: GenerationSchema { GenerationSchema(SchemaNode(.choices([]))) }

    /// Never succeeds.
    ///
    /// - Throws: ``GeneratedContentError``, always.
    public init(_ content: GeneratedContent) throws { throw content.mismatch("absent") }

    /// Never asked for.
    public var generatedContent: GeneratedContent { switch self {} }
}
