// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// Holds a condition against attributes, with the loose comparisons of GrowthBook's specification.
struct ConditionEvaluation {
    typealias Clause = TargetingCondition.Clause
    typealias Test = TargetingCondition.Test

    /// The lists that groups stand for.
    let groups: [String: [JSONValue]]

    /// Whether a clause holds for an object.
    func holds(_ clause: Clause, for object: JSONValue) -> Bool {
        switch clause {
        case .all(let clauses): clauses.allSatisfy { self.holds($0, for: object) }
        case .any(let clauses): clauses.isEmpty || clauses.contains { self.holds($0, for: object) }
        case .not(let clause): !self.holds(clause, for: object)
        case .attribute(let path, let test): self.passes(Self.value(at: path, of: object), test)
        }
    }

    /// Whether a value passes a test; nil is a value that is missing.
    private func passes(_ value: JSONValue?, _ test: Test) -> Bool {
        switch test {
        case .all(let tests): return tests.allSatisfy { self.passes(value, $0) }
        case .not(let test): return !self.passes(value, test)
        case .equals(let expected): return Self.looselyEqual(value ?? .null, expected)
        case .isExactly(let expected): return value.map { Self.same($0, expected) } ?? false
        case .compares(let comparison, let expected):
            return comparison.accepts(Self.order(value ?? .null, expected))
        case .comparesVersion(let comparison, let key): return Self.compare(value, comparison, key)
        case .isIn(let list, let ignoringCase):
            if let values = value?.arrayValue {
                return values.contains { Self.contains(list, $0, ignoringCase: ignoringCase) }
            }
            return value.map { Self.contains(list, $0, ignoringCase: ignoringCase) } ?? false
        case .hasAll(let list, let ignoringCase):
            guard let values = value?.arrayValue else { return false }
            return list.allSatisfy { Self.contains(values, $0, ignoringCase: ignoringCase) }
        case .hasElement(let test): return value?.arrayValue?.contains { self.passes($0, test) } ?? false
        case .hasElementWith(let clause): return value?.arrayValue?.contains { self.holds(clause, for: $0) } ?? false
        case .size(let test): return value?.arrayValue.map { self.passes(.integer($0.count), test) } ?? false
        case .exists(let expected): return ((value ?? .null) != .null) == expected
        case .type(let name): return value.map { ($0.typeName == "integer" ? "number" : $0.typeName) == name } ?? false
        case .matches(let pattern): return value.flatMap(Self.text).map(pattern.matches) ?? false
        case .isInGroup(let name):
            return value.map { Self.contains(self.groups[name] ?? [], $0, ignoringCase: false) } ?? false
        }
    }

    private static func value(at path: [String], of object: JSONValue) -> JSONValue? {
        path.reduce(object as JSONValue?) { value, key in value?[key] }
    }

    private static func compare(
        _ value: JSONValue?, _ comparison: TargetingCondition.Comparison, _ key: String
    ) -> Bool {
        guard let text = value.flatMap(Self.text) else { return false }
        let own = VersionOrder.key(text)
        return comparison.accepts(own == key ? 0 : VersionOrder.precedes(own, key) ? -1 : 1)
    }

    /// Whether two values are the same; 1 and 1.0 are.
    private static func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.numberValue, let right = right.numberValue { return left == right }
        switch (left, right) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { Self.same($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { Self.same(value, $0) } ?? false }
        default: return left == right
        }
    }

    /// Whether a value counts as one that is written in a condition without an operator.
    private static func looselyEqual(_ value: JSONValue, _ expected: JSONValue) -> Bool {
        switch expected {
        case .string(let text): Self.text(value) == text
        case .integer, .number: value != .null && Self.number(value) == expected.numberValue
        case .bool(let truth): value != .null && Self.truth(value) == truth
        default: Self.same(value, expected)
        }
    }

    private static func contains(_ list: [JSONValue], _ value: JSONValue, ignoringCase: Bool) -> Bool {
        list.contains { element in
            if ignoringCase, let left = element.stringValue, let right = value.stringValue {
                return left.lowercased() == right.lowercased()
            }
            return Self.same(element, value)
        }
    }

    /// Texts are compared as texts, everything else as numbers; what is missing counts as 0.
    private static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        if let left = left.stringValue, let right = right.stringValue {
            return left == right ? 0 : VersionOrder.precedes(left, right) ? -1 : 1
        }
        guard let left = Self.number(left), let right = Self.number(right) else { return nil }
        return left == right ? 0 : left < right ? -1 : 1
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .null: 0
        case .bool(let truth): truth ? 1 : 0
        case .string(let text): text.isEmpty ? 0 : Double(text)
        default: value.numberValue
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .integer, .bool: value.serialized()
        default: nil
        }
    }

    private static func truth(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let truth): truth
        case .string(let text): !text.isEmpty
        case .integer, .number: value.numberValue != 0
        case .array, .object: true
        }
    }
}
