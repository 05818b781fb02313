// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Makes JSON Schema of a ``GenerationSchema``; each schema with a name is written once, and referred to.
struct SchemaWriter {
    typealias Members = OrderedDictionary<String, JSONValue>

    /// What can be referred to: a Swift type, or a name within one schema.
    private enum Target: Hashable {
        case type(ObjectIdentifier)
        case name(String, scope: ObjectIdentifier?)
    }

    private var references: [Target: String] = [:]
    private var definitions = Members()
    private var problems: [String] = []
    /// Types without a name whose schema is being written.
    private var open: Set<ObjectIdentifier> = []

    /// The schema as JSON Schema, and what could not be said in it.
    static func write(_ schema: GenerationSchema) -> (json: JSONValue, problems: [String]) {
        var writer = Self()
        if let type = schema.type { writer.references[.type(type)] = "#" }
        if let name = schema.root.name { writer.references[.name(name, scope: schema.type)] = "#" }
        var members = writer.members(of: schema.root, in: schema)
        if !writer.definitions.isEmpty { members["$defs"] = .object(writer.definitions) }
        return (.object(members), writer.problems)
    }

    private mutating func json(_ node: SchemaNode, in schema: GenerationSchema) -> JSONValue {
        .object(self.members(of: node, in: schema))
    }

    private mutating func members(of node: SchemaNode, in schema: GenerationSchema) -> Members {
        var members = Members()
        if let name = node.name { members["title"] = .string(name) }
        members["description"] = node.description.map { .string($0) }
        members.merge(self.form(of: node, in: schema)) { own, _ in own }
        for rule in node.rules {
            rule.apply(to: &members)
            self.problems += rule.problems
        }
        if !node.rules.isEmpty, let contradiction = members.contradiction { self.problems.append(contradiction) }
        return members
    }

    private mutating func form(of node: SchemaNode, in schema: GenerationSchema) -> Members {
        switch node.form {
        case .anything: return [:]
        case .boolean: return ["type": "boolean"]
        case .number(let isWhole): return ["type": isWhole ? "integer" : "number"]
        case .string: return ["type": "string"]
        case .choices(let texts): return ["type": "string", "enum": .array(texts.map { .string($0) })]
        case .anyOf(let nodes): return ["anyOf": .array(nodes.map { self.json($0, in: schema) })]
        case .array(let element, let minimum, let maximum):
            var members: Members = ["type": "array", "items": self.json(element, in: schema)]
            members["minItems"] = minimum.map { .integer(max(0, $0)) }
            members["maxItems"] = maximum.map { .integer(max(0, $0)) }
            return members
        case .structure(let properties, let nilIsWritten):
            return self.structure(properties, nilIsWritten: nilIsWritten, in: schema)
        case .type(let type): return self.type(type)
        case .reference(let name): return self.reference(to: name, in: schema)
        case .document(let document): return self.document(document)
        }
    }

    private mutating func structure(
        _ properties: [SchemaProperty], nilIsWritten: Bool, in schema: GenerationSchema
    ) -> Members {
        var written = Members()
        for property in properties {
            var members = self.members(of: property.node, in: schema)
            if property.isOptional, nilIsWritten {
                let description = members.removeValue(forKey: "description")
                members = ["anyOf": [.object(members), ["type": "null"]]]
                members["description"] = description
            }
            written[property.name] = .object(members)
        }
        let required = properties.filter { !$0.isOptional || nilIsWritten }
        return [
            "type": "object", "properties": .object(written),
            "required": .array(required.map { .string($0.name) }), "additionalProperties": false,
            "x-order": .array(properties.map { .string($0.name) }),
        ]
    }

    private mutating func type(_ type: any Generable.Type) -> Members {
        let id = ObjectIdentifier(type)
        if let reference = self.references[.type(id)] { return ["$ref": .string(reference)] }
        let schema = type.generationSchema
        guard let name = schema.root.name else {
            guard self.open.insert(id).inserted else {
                self.problems.append("the schema of \(type) is nothing but itself")
                return [:]
            }
            defer { self.open.remove(id) }
            return self.members(of: schema.root, in: schema)
        }
        return self.define(name, [.type(id), .name(name, scope: schema.type)]) { $0.json(schema.root, in: schema) }
    }

    private mutating func reference(to name: String, in schema: GenerationSchema) -> Members {
        let target = Target.name(name, scope: schema.type)
        if let reference = self.references[target] { return ["$ref": .string(reference)] }
        guard let node = schema.named[name] else { return [:] }
        return self.define(name, [target]) { $0.json(node, in: schema) }
    }

    /// Writes a schema into `$defs` under a name that is free, and refers to it.
    private mutating func define(_ name: String, _ targets: [Target], _ body: (inout Self) -> JSONValue) -> Members {
        var key = name
        var number = 2
        while self.definitions[key] != nil {
            key = "\(name)\(number)"
            number += 1
        }
        let reference = "#/$defs/" + Self.escaped(key)
        for target in targets { self.references[target] = reference }
        self.definitions[key] = .null  // Holds the place: the schemas inside come after.
        self.definitions[key] = body(&self)
        return ["$ref": .string(reference)]
    }

    private mutating func document(_ document: JSONValue) -> Members {
        var members = document.objectValue ?? [:]
        let definitions = members.removeValue(forKey: "$defs")?.objectValue ?? [:]
        self.definitions.merge(definitions) { own, _ in own }
        return members
    }

    /// A name as a part of a JSON pointer in a URI fragment (RFC 6901, section 6).
    private static func escaped(_ name: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8)
        return name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "~"): text += "~0"
            case UInt8(ascii: "/"): text += "~1"
            case _ where plain.contains(byte): text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
    }
}
