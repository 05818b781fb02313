// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Checks one instance.
struct SchemaValidator {
    /// Which members and elements a schema has looked at, for the `unevaluated…` keywords.
    struct Evaluated {
        var properties: Set<String> = []
        var items: Set<Int> = []
        var hasAllProperties = false
        var hasAllItems = false

        mutating func formUnion(_ other: Self) {
            self.properties.formUnion(other.properties)
            self.items.formUnion(other.items)
            self.hasAllProperties = self.hasAllProperties || other.hasAllProperties
            self.hasAllItems = self.hasAllItems || other.hasAllItems
        }
    }

    /// What is known after a schema was applied.
    struct Outcome {
        var violations: [Violation] = []
        var evaluated = Evaluated()
        var isValid: Bool { self.violations.isEmpty }
    }

    let schema: JSONSchema
    private var scope: [Int] = []
    private let stack = StackBudget()
    private var stepsLeft = 2_000_000
    /// Set when the check was given up; the verdict of the keywords means nothing then.
    var abandoned: Violation?
    static let maximumViolations = 100

    init(schema: JSONSchema) { self.schema = schema }

    mutating func validate(_ instance: JSONValue) -> [Violation] {
        let violations = self.check(instance, self.schema.root, at: "").violations
        if let abandoned { return [abandoned] }
        return Array(violations.prefix(Self.maximumViolations))
    }

    mutating func check(_ instance: JSONValue, _ index: Int, at pointer: String) -> Outcome {
        guard self.abandoned == nil else { return Outcome() }
        let node = self.schema.nodes[index]
        self.stepsLeft -= 1
        guard self.stepsLeft > 0, !self.stack.isExhausted else {
            self.abandon(
                pointer, node, "takes too many steps or is nested too deeply to be checked; simplify the schema")
            return Outcome()
        }
        let isOtherResource = self.scope.last != node.resource
        if isOtherResource { self.scope.append(node.resource) }
        defer { if isOtherResource { self.scope.removeLast() } }
        var outcome = Outcome()
        for keyword in node.keywords {
            self.apply(keyword, SchemaPlace(instance: instance, pointer: pointer, schema: node.location), &outcome)
            if outcome.violations.count > Self.maximumViolations { break }
        }
        return outcome
    }

    mutating func abandon(_ pointer: String, _ node: SchemaNode, _ message: String) {
        self.abandoned = Violation(instancePointer: pointer, schemaPointer: node.location, message: message)
    }

    private mutating func apply(_ keyword: SchemaKeyword, _ place: SchemaPlace, _ outcome: inout Outcome) {
        switch keyword {
        case .nothing: outcome.add(place, "", "is not allowed here")
        case .type, .oneOf, .constant, .bound, .multipleOf, .pattern, .format: self.checkValue(keyword, place, &outcome)
        case .required, .dependentRequired, .propertyNames, .properties: self.checkObject(keyword, place, &outcome)
        case .items, .contains, .uniqueItems: self.checkArray(keyword, place, &outcome)
        case .unevaluatedItems(let node): self.checkUnevaluatedItems(node, place, &outcome)
        case .unevaluatedProperties(let node): self.checkUnevaluatedProperties(node, place, &outcome)
        case .reference(let node): self.checkAll([node], place, &outcome)
        case .dynamicReference(let node, let anchor): self.checkAll([self.target(node, anchor)], place, &outcome)
        case .allOf(let nodes): self.checkAll(nodes, place, &outcome)
        case .anyOf(let nodes): self.checkAny(nodes, place, &outcome)
        case .exactlyOneOf(let nodes): self.checkExactlyOne(nodes, place, &outcome)
        case .not(let node):
            if self.check(place.instance, node, at: place.pointer).isValid {
                outcome.add(place, "not", "must not be what 'not' describes, but \(place.shown) is")
            }
        case .conditional(let condition, let then, let otherwise):
            let test = self.check(place.instance, condition, at: place.pointer)
            if test.isValid { outcome.evaluated.formUnion(test.evaluated) }
            if let branch = test.isValid ? then : otherwise { self.checkAll([branch], place, &outcome) }
        case .dependentSchemas(let entries, _):
            guard let members = place.instance.objectValue else { return }
            self.checkAll(entries.filter { members[$0.key] != nil }.map(\.schema), place, &outcome)
        }
    }

    /// Where a `$dynamicRef` leads: to the outermost resource on the way here that has such an anchor.
    private func target(_ node: Int, _ anchor: String) -> Int {
        self.scope.lazy.compactMap { self.schema.dynamicAnchors[$0][anchor] }.first ?? node
    }

    // MARK: - Combinations

    private mutating func checkAll(_ nodes: [Int], _ place: SchemaPlace, _ outcome: inout Outcome) {
        for node in nodes {
            let result = self.check(place.instance, node, at: place.pointer)
            outcome.violations += result.violations
            outcome.evaluated.formUnion(result.evaluated)
        }
    }

    private mutating func checkAny(_ nodes: [Int], _ place: SchemaPlace, _ outcome: inout Outcome) {
        let results = nodes.map { self.check(place.instance, $0, at: place.pointer) }
        let valid = results.filter(\.isValid)
        for result in valid { outcome.evaluated.formUnion(result.evaluated) }
        if valid.isEmpty { outcome.add(place, "anyOf", "fits none of the alternatives: " + Self.reasons(results)) }
    }

    private mutating func checkExactlyOne(_ nodes: [Int], _ place: SchemaPlace, _ outcome: inout Outcome) {
        let results = nodes.map { self.check(place.instance, $0, at: place.pointer) }
        let fitting = results.indices.filter { results[$0].isValid }
        if let only = fitting.first, fitting.count == 1 {
            outcome.evaluated.formUnion(results[only].evaluated)
        } else if fitting.isEmpty {
            outcome.add(place, "oneOf", "fits none of the alternatives: " + Self.reasons(results))
        } else {
            let numbers = fitting.map { String($0 + 1) }.joined(separator: ", ")
            outcome.add(place, "oneOf", "must fit exactly one alternative, but fits number \(numbers)")
        }
    }

    private static func reasons(_ results: [Outcome]) -> String {
        results.prefix(5).enumerated().map { index, result in
            "(\(index + 1)) \(result.violations.first?.description ?? "")"
        }.joined(separator: "; ")
    }
}

/// What is checked, and against what.
struct SchemaPlace {
    var instance: JSONValue
    var pointer: String
    var schema: String

    /// The instance, short enough for a message.
    var shown: String { self.instance.shown }
}

extension JSONValue {
    /// The value as JSON, cut to a length that fits into a message.
    package var shown: String {
        switch self {
        case .array(let elements) where elements.count > 20: return "an array of \(elements.count)"
        case .object(let members) where members.count > 20: return "an object of \(members.count)"
        case .string(let text) where text.utf8.count > 200: return "\"\(text.prefix(50))…\""
        default:
            let text = self.serialized()
            return text.count <= 80 ? text : "\(text.prefix(77))…"
        }
    }
}

extension SchemaValidator.Outcome {
    mutating func add(_ place: SchemaPlace, _ keyword: String, _ message: String) {
        self.violations.append(
            Violation(
                instancePointer: place.pointer,
                schemaPointer: keyword.isEmpty ? place.schema : "\(place.schema)/\(keyword)", message: message))
    }
}
