// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// Numbers the schemas inside a document as they are met, and resolves references between them.
final class SchemaTable {
    /// A schema and where it is.
    struct Entry {
        let value: JSONValue
        /// The JSON pointer of the schema in the document.
        let pointer: String
    }

    /// Which draft the document follows.
    let draft: SchemaDraft
    private let root: JSONValue
    private(set) var entries: [Entry] = []
    private var numbers: [String: Int] = [:]
    private var identifiers = SchemaIdentifiers()
    private static let maximumSchemas = 50_000

    /// The schema that nothing fits.
    let nothing: SchemaTerm
    /// The schema of the whole document.
    private(set) var document: SchemaTerm

    /// Makes the table of a document.
    init(_ root: JSONValue) throws {
        self.root = root
        self.draft = SchemaDraft(meantBy: root["$schema"]?.stringValue)
        self.entries = [Entry(value: .bool(false), pointer: "(nothing)")]
        self.nothing = SchemaTerm(0)
        self.document = SchemaTerm(0)
        self.identifiers = SchemaIdentifiers(root, draft: self.draft)
        self.document = try self.term(root, at: "")
    }

    /// The number of a schema at a place.
    func term(_ value: JSONValue, at pointer: String) throws -> SchemaTerm {
        if value == .bool(false) { return self.nothing }
        if let known = self.numbers[pointer] { return SchemaTerm(known) }
        guard self.entries.count < Self.maximumSchemas else {
            throw ConstraintError(.tooLarge, "The schema has more than \(Self.maximumSchemas) parts; make it smaller.")
        }
        self.numbers[pointer] = self.entries.count
        self.entries.append(Entry(value: value, pointer: pointer))
        return SchemaTerm(self.entries.count - 1)
    }

    /// The number of a schema that is made up here; equal ones have one number.
    func made(_ value: JSONValue) throws -> SchemaTerm { try self.term(value, at: "(made)" + value.serialized()) }

    /// The schema that a reference at a place means.
    ///
    /// - Throws: ``ConstraintError`` with code `.unsupported` if it is outside the document.
    func resolve(_ reference: String, from pointer: String) throws -> SchemaTerm {
        let (uri, fragment) = URIReference.split(
            URIReference.resolve(reference, base: self.identifiers.base(of: pointer)))
        let text = URIReference.decodePercents(fragment ?? "")
        let name = text.isEmpty || text.hasPrefix("/") ? uri : uri + "#" + text
        guard let root = self.identifiers.place(of: name),
            let value = self.value(at: text.hasPrefix("/") ? root + text : root)
        else {
            throw ConstraintError(
                .unsupported,
                "At \(Self.shown(pointer)): `$ref` \(reference.debugDescription) points to nothing in the schema; put what it means inside."
            )
        }
        return try self.term(value, at: text.hasPrefix("/") ? root + text : root)
    }

    /// Whether a dynamic reference can mean only one place.
    func isStatic(_ reference: String) -> Bool { self.identifiers.isStatic(reference) }

    private func value(at pointer: String) -> JSONValue? {
        guard let keys = JSONPointer.keys(of: pointer) else { return nil }
        var value = self.root
        for key in keys {
            switch value {
            case .object(let members):
                guard let member = members[key] else { return nil }
                value = member
            case .array(let elements):
                guard let index = Int(key), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// A pointer for messages.
    static func shown(_ pointer: String) -> String { pointer.isEmpty ? "the top" : "`\(pointer)`" }
}
