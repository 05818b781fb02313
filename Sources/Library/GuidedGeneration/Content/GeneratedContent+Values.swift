// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension GeneratedContent {
    /// Reads the content as a value.
    ///
    /// - Throws: ``GeneratedContentError`` that names the property that does not fit.
    public func value<Value: ConvertibleFromGeneratedContent>(_ type: Value.Type = Value.self) throws -> Value {
        try Value(self)
    }

    /// Reads a property as a value.
    ///
    /// - Throws: ``GeneratedContentError`` that names the property that is missing or does not fit.
    public func value<Value: ConvertibleFromGeneratedContent>(
        _ type: Value.Type = Value.self, forProperty property: String
    ) throws -> Value {
        guard let content = try self.members()[property] else {
            throw GeneratedContentError(.missingProperty, path: [.property(property)], "is missing")
        }
        return try GeneratedContentError.within(.property(property)) { try Value(content) }
    }

    /// Reads a property as a value; nil if it is missing, or null, or so little of it has been generated that it is
    /// no value yet.
    ///
    /// - Throws: ``GeneratedContentError`` that names the property that does not fit.
    public func value<Value: ConvertibleFromGeneratedContent>(
        _ type: Value?.Type = Value?.self, forProperty property: String
    ) throws -> Value? {
        guard let content = try self.members()[property], content.storage != .null else { return nil }
        do {
            return try GeneratedContentError.within(.property(property)) { try Value(content) }
        } catch  where !content.isComplete {
            return nil
        }
    }

    /// Reads a text that names a choice; while it is still being written it names none.
    ///
    /// - Throws: ``GeneratedContentError`` with code `.wrongType` or `.incomplete`.
    public func choice() throws -> String {
        guard case .string(let text) = self.storage else { throw self.mismatch("a text") }
        guard self.isComplete else {
            throw GeneratedContentError(.incomplete, "is not complete: only '\(text)' has been generated")
        }
        return text
    }

    /// Reads a property that names a choice; while it is still being written it names none.
    ///
    /// - Throws: ``GeneratedContentError`` with code `.missingProperty`, `.wrongType` or `.incomplete`.
    public func choice(forProperty property: String) throws -> String {
        let content = try self.value(GeneratedContent.self, forProperty: property)
        return try GeneratedContentError.within(.property(property)) { try content.choice() }
    }

    private func members() throws -> OrderedDictionary<String, GeneratedContent> {
        guard case .structure(let members) = self.storage else { throw self.mismatch("a structure") }
        return members
    }

    /// The error of content that is something else than what is asked for.
    func mismatch(_ wanted: String) -> GeneratedContentError {
        let found =
            switch self.storage {
            case .null: "nothing"
            case .bool: "a truth value"
            case .integer, .number: "a number"
            case .string: "a text"
            case .array: "a list"
            case .structure: "a structure"
            }
        return GeneratedContentError(.wrongType, "must be \(wanted), but is \(found)")
    }
}
