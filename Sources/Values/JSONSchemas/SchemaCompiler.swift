// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Turns a schema document into ``SchemaNode``s.
struct SchemaCompiler {
    /// A schema with its own URI.
    struct Resource {
        var uri: String
        var dialect: SchemaDialect
        /// The schema as it was given, where references reach what no keyword makes a schema.
        var source: JSONValue
        var anchors: [String: Int] = [:]
        var dynamicAnchors: [String: Int] = [:]
    }

    /// A reference to be resolved once every schema is known.
    struct PendingReference {
        var node: Int
        var keyword: Int
        var uri: String
        var location: String
    }

    var nodes: [SchemaNode] = []
    var resources: [Resource] = []
    /// Every schema by the URI of its resource and its pointer there.
    var nodeByLocation: [String: Int] = [:]
    var pending: [PendingReference] = []
    private var documents: [String: JSONValue] = [:]
    private var resourceByURI: [String: Int] = [:]
    private let assertsFormats: Bool
    private var defaultDraft = SchemaDraft.draft2020
    /// What `$recursiveAnchor` of 2019-09 is among the dynamic anchors; no name can be that.
    static let recursiveAnchor = "#"
    static let maximumNodes = 100_000
    static let maximumDepth = 128

    init(assertsFormats: Bool) { self.assertsFormats = assertsFormats }

    mutating func compile(_ schema: JSONValue, resources: [String: JSONValue], draft: SchemaDraft) throws -> Int {
        self.documents = resources
        self.defaultDraft = draft
        let root = try self.addDocument(schema, uri: "")
        while let reference = self.pending.popLast() {
            let target = try self.resolve(reference)
            switch self.nodes[reference.node].keywords[reference.keyword] {
            case .dynamicReference(_, let name):
                let anchor = name.isEmpty ? URIReference.split(reference.uri).fragment ?? "" : name
                let isDynamic = self.resources[self.nodes[target].resource].dynamicAnchors[anchor] == target
                self.nodes[reference.node].keywords[reference.keyword] =
                    isDynamic ? .dynamicReference(target, anchor: anchor) : .reference(target)
            default: self.nodes[reference.node].keywords[reference.keyword] = .reference(target)
            }
        }
        try self.refuseEndlessReferences()
        return root
    }

    private mutating func addDocument(_ schema: JSONValue, uri: String) throws -> Int {
        let dialect = SchemaDialect(self.defaultDraft, assertsFormats: self.assertsFormats)
        let resource = self.addResource(
            Resource(uri: uri, dialect: try self.dialect(of: schema, around: dialect), source: schema))
        return try self.add(schema, resource: resource, pointers: [(resource, "")], depth: 0)
    }

    private mutating func addResource(_ resource: Resource) -> Int {
        self.resources.append(resource)
        self.resourceByURI[resource.uri] = self.resources.count - 1
        return self.resources.count - 1
    }

    /// The dialect that a resource's `$schema` names; without one, that of the schema around it.
    private func dialect(of schema: JSONValue, around outer: SchemaDialect) throws -> SchemaDialect {
        guard let name = schema["$schema"]?.stringValue else { return outer }
        if let draft = SchemaDraft(uri: name) {
            return SchemaDialect(draft, assertsFormats: self.assertsFormats)
        }
        guard let meta = self.documents[URIReference.split(name).uri], meta["$schema"]?.stringValue != name else {
            return outer
        }
        var dialect = try self.dialect(of: meta, around: outer)
        guard let vocabularies = meta["$vocabulary"]?.objectValue else { return dialect }
        dialect.vocabularies = []
        for (uri, isRequired) in vocabularies {
            if let vocabulary = SchemaVocabularies(uri: uri) {
                dialect.vocabularies.formUnion(vocabulary)
            } else if isRequired == true {
                throw JSONSchemaError(
                    .unsupported, "The meta-schema '\(name)' requires the vocabulary '\(uri)', which is not known here."
                )
            }
        }
        if dialect.vocabularies.contains(.formatAssertion) { dialect.assertsFormats = true }
        return dialect
    }

    /// Compiles one schema and everything inside it.
    ///
    /// - Parameters:
    ///   - schema: An object or a truth value.
    ///   - resource: The resource that it is in.
    ///   - pointers: Where it stands in that resource, and in those around it.
    ///   - depth: How many schemas it is inside of.
    mutating func add(
        _ schema: JSONValue, resource: Int, pointers: [(resource: Int, pointer: String)], depth: Int
    ) throws -> Int {
        guard self.nodes.count < Self.maximumNodes, depth < Self.maximumDepth else {
            throw JSONSchemaError(
                .tooLarge,
                "The schema has more than \(Self.maximumNodes) parts or is nested more than \(Self.maximumDepth) deep.")
        }
        var scope = SchemaScope(resource: resource, pointers: pointers, depth: depth)
        if case .object(let members) = schema { try self.enterResource(members, &scope) }
        let index = self.nodes.count
        let location = self.location(scope)
        self.nodes.append(SchemaNode(location: location, resource: scope.resource))
        for place in scope.pointers {
            self.nodeByLocation[self.resources[place.resource].uri + "#" + place.pointer] = index
        }
        switch schema {
        case .bool(let isEverything): if !isEverything { self.nodes[index].keywords = [.nothing] }
        case .object(let all):
            let members = self.resources[scope.resource].dialect.active(all)
            try self.addAnchors(members, index: index, scope)
            let keywords = try self.keywords(of: members, index: index, scope)
            self.nodes[index].keywords = keywords
        default:
            throw JSONSchemaError(
                .malformedKeyword, "The schema at '\(location)' must be an object or a boolean, not \(schema.typeName)."
            )
        }
        return index
    }

    func location(_ scope: SchemaScope) -> String {
        self.resources[scope.resource].uri + "#" + (scope.pointers.last?.pointer ?? "")
    }

    private mutating func enterResource(
        _ members: OrderedDictionary<String, JSONValue>, _ scope: inout SchemaScope
    ) throws {
        let outer = self.resources[scope.resource]
        if outer.dialect.draft.ignoresSiblingsOfReferences, members["$ref"] != nil { return }
        let keyword = outer.dialect.draft.identifier
        guard let id = members[keyword] else { return }
        guard let text = id.stringValue else { throw self.malformed(keyword, scope, "must be a URI in a string") }
        let (uri, fragment) = URIReference.split(URIReference.resolve(text, base: outer.uri))
        if let fragment, !fragment.isEmpty, uri == outer.uri {
            // Draft-07 wrote anchors this way.
            self.resources[scope.resource].anchors[fragment] = self.nodes.count
            return
        }
        if scope.depth == 0, outer.uri.isEmpty {
            self.resources[scope.resource].uri = uri
            self.resourceByURI[uri] = scope.resource
            return
        }
        guard uri != outer.uri else { return }
        let schema = JSONValue.object(members)
        let dialect = try self.dialect(of: schema, around: outer.dialect)
        scope.resource = self.addResource(Resource(uri: uri, dialect: dialect, source: schema))
        scope.pointers.append((scope.resource, ""))
    }

    private mutating func addAnchors(
        _ members: OrderedDictionary<String, JSONValue>, index: Int, _ scope: SchemaScope
    ) throws {
        if members["$recursiveAnchor"] == true {
            self.resources[scope.resource].dynamicAnchors[Self.recursiveAnchor] = index
        }
        for (keyword, isDynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
            guard let value = members[keyword] else { continue }
            guard let name = value.stringValue, !name.isEmpty else {
                throw self.malformed(keyword, scope, "must be a name in a string")
            }
            self.resources[scope.resource].anchors[name] = index
            if isDynamic { self.resources[scope.resource].dynamicAnchors[name] = index }
        }
    }

    func malformed(_ keyword: String, _ scope: SchemaScope, _ problem: String) -> JSONSchemaError {
        // A hint at the end brings its own full stop or question mark.
        let end = problem.hasSuffix(".") || problem.hasSuffix("?") ? "" : "."
        return JSONSchemaError(
            .malformedKeyword, "'\(keyword)' at '\(self.location(scope))/\(keyword)' \(problem)\(end)")
    }

    // MARK: - References

    private mutating func resolve(_ reference: PendingReference) throws -> Int {
        let (uri, fragment) = URIReference.split(reference.uri)
        if self.resourceByURI[uri] == nil, let document = self.documents[uri] ?? MetaSchemas.document(uri) {
            _ = try self.addDocument(document, uri: uri)
        }
        let pointer = URIReference.decodePercents(fragment ?? "")
        if let resource = self.resourceByURI[uri] {
            if let node = self.resources[resource].anchors[pointer] { return node }
            if let node = self.nodeByLocation[uri + "#" + pointer] { return node }
            // Pointers may escape characters needlessly, or lead under keywords that hold no schema.
            if let keys = JSONPointer.keys(of: pointer) {
                let canonical = keys.map(JSONPointer.segment).joined()
                if let node = self.nodeByLocation[uri + "#" + canonical] { return node }
                if let schema = self.resources[resource].source.value(at: keys) {
                    return try self.add(schema, resource: resource, pointers: [(resource, canonical)], depth: 1)
                }
            }
        }
        throw JSONSchemaError(
            .unresolvedReference,
            "'$ref' at '\(reference.location)' points to '\(reference.uri)', where there is no schema; "
                + "references reach into the same document (such as '#/$defs/name'), nothing is fetched.")
    }

    /// Refuses loops of references and combinations that never step into the instance.
    private func refuseEndlessReferences() throws {
        var state = [UInt8](repeating: 0, count: self.nodes.count)  // 1: on the way, 2: done.
        for start in self.nodes.indices where state[start] == 0 {
            var stack = [(node: start, isExit: false)]
            while let (node, isExit) = stack.popLast() {
                if isExit {
                    state[node] = 2
                    continue
                }
                if state[node] != 0 { continue }
                state[node] = 1
                stack.append((node, true))
                for next in self.nodes[node].keywords.flatMap(\.inPlaceSchemas) {
                    guard state[next] != 1 else {
                        throw JSONSchemaError(
                            .endlessReference,
                            "The schema at '\(self.nodes[next].location)' refers to itself without looking at a part of "
                                + "the instance; checking would never end.")
                    }
                    if state[next] == 0 { stack.append((next, false)) }
                }
            }
        }
    }
}

extension JSONValue {
    /// The part that a JSON pointer's keys lead to.
    fileprivate func value(at keys: [String]) -> JSONValue? {
        var value = self
        for key in keys {
            let part: JSONValue? =
                if let elements = value.arrayValue, let index = Int(key), elements.indices.contains(index) {
                    elements[index]
                } else {
                    value[key]
                }
            guard let part else { return nil }
            value = part
        }
        return value
    }
}

/// Where in the schema document the compiler is.
struct SchemaScope {
    var resource: Int
    var pointers: [(resource: Int, pointer: String)]
    var depth: Int

    /// The scope of a schema under this one.
    func down(_ keys: String...) -> [(resource: Int, pointer: String)] {
        let suffix = keys.map(JSONPointer.segment).joined()
        return self.pointers.map { ($0.resource, $0.pointer + suffix) }
    }
}

extension SchemaKeyword {
    /// The schemas that are applied to the same part of the instance.
    var inPlaceSchemas: [Int] {
        switch self {
        case .reference(let node), .not(let node), .dynamicReference(let node, _): [node]
        case .allOf(let nodes), .anyOf(let nodes), .exactlyOneOf(let nodes): nodes
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise].compactMap(\.self)
        case .dependentSchemas(let entries, _): entries.map(\.schema)
        default: []
        }
    }
}
