// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Turns a document into a condition, refusing what cannot be meant.
struct ConditionReader {
    typealias Clause = TargetingCondition.Clause
    typealias Test = TargetingCondition.Test
    private static let maximumDepth = 32
    private static let logic = ["$and", "$or", "$nor", "$not"]
    private static let operators = [
        "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$ini", "$nini", "$all", "$alli", "$exists", "$type",
        "$size", "$elemMatch", "$regex", "$regexi", "$not", "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte",
        "$inGroup",
        "$notInGroup",
    ]
    private static let types = ["string", "number", "boolean", "array", "object", "null"]

    /// Reads what is asked of an object.
    func clause(_ node: SourceNode, depth: Int) throws -> Clause {
        guard depth < Self.maximumDepth else {
            throw SourceError(node.place, "The condition is nested more than 32 levels deep.")
        }
        guard let members = node.members else {
            throw SourceError(
                node.place, "A condition must be a mapping, but is of type \(node.typeName).",
                suggestion: "Write an attribute and a value, such as 'country: DE'.")
        }
        return .all(try members.map { try self.clause($0, depth: depth + 1) })
    }

    private func clause(_ member: SourceNode.Member, depth: Int) throws -> Clause {
        let value = member.value
        switch member.key {
        case "$and": return .all(try self.clauses(value, depth: depth))
        case "$or": return .any(try self.clauses(value, depth: depth))
        case "$nor": return .not(.any(try self.clauses(value, depth: depth)))
        case "$not": return .not(try self.clause(value, depth: depth))
        default: break
        }
        // An attribute may begin with a dollar sign, but then it has operators.
        if member.key.hasPrefix("$"), !Self.hasOperators(value) || Self.operators.contains(member.key) {
            throw SourceError(
                member.keyPlace, "There is no '\(member.key)' that joins conditions.",
                suggestion: NearestName.hint(for: member.key, in: Self.logic))
        }
        let path = member.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return .attribute(path: path, try self.test(value, depth: depth))
    }

    private func clauses(_ node: SourceNode, depth: Int) throws -> [Clause] {
        guard let elements = node.elements else { throw self.expected("a list of conditions", node) }
        return try elements.map { try self.clause($0, depth: depth) }
    }

    /// Reads what is asked of a value.
    private func test(_ node: SourceNode, depth: Int) throws -> Test {
        guard depth < Self.maximumDepth else {
            throw SourceError(node.place, "The condition is nested more than 32 levels deep.")
        }
        guard let members = node.members else { return .equals(node.json) }
        let dollars = members.count { $0.key.hasPrefix("$") }
        guard dollars > 0 || members.isEmpty else { return .equals(node.json) }
        guard dollars == members.count else {
            throw SourceError(
                node.place, "Operators and attributes are mixed in one mapping.",
                suggestion: "Reach into an attribute with dots, such as 'job.title: {$eq: engineer}'.")
        }
        return .all(try members.map { try self.test($0, depth: depth + 1) })
    }

    private func test(_ member: SourceNode.Member, depth: Int) throws -> Test {
        let value = member.value
        switch member.key {
        case "$eq": return .isExactly(value.json)
        case "$ne": return .not(.isExactly(value.json))
        case "$lt", "$lte", "$gt", "$gte":
            guard case .scalar = value.kind, let comparison = Self.comparison(member.key.dropFirst()) else {
                throw self.expected("a number or a text", value)
            }
            return .compares(comparison, value.json)
        case "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte":
            guard let text = value.string, let comparison = Self.comparison(member.key.dropFirst(2)) else {
                throw self.expected("a version in quotes", value)
            }
            return .comparesVersion(comparison, VersionOrder.key(text))
        case "$in", "$ini": return .isIn(try self.list(value), ignoringCase: member.key == "$ini")
        case "$nin", "$nini": return .not(.isIn(try self.list(value), ignoringCase: member.key == "$nini"))
        case "$all", "$alli": return .hasAll(try self.list(value), ignoringCase: member.key == "$alli")
        case "$not": return .not(try self.test(value, depth: depth))
        case "$size": return .size(try self.test(value, depth: depth))
        case "$elemMatch":
            if Self.hasOperators(value) { return .hasElement(try self.test(value, depth: depth)) }
            return .hasElementWith(try self.clause(value, depth: depth))
        default: return try self.plainTest(member)
        }
    }

    private func plainTest(_ member: SourceNode.Member) throws -> Test {
        let value = member.value
        switch member.key {
        case "$exists":
            guard let exists = value.json.boolValue else { throw self.expected("true or false", value) }
            return .exists(exists)
        case "$type":
            guard let name = value.string, Self.types.contains(name) else {
                throw self.expected("one of \(Self.types.joined(separator: ", "))", value)
            }
            return .type(name)
        case "$regex", "$regexi":
            guard let pattern = value.string else { throw self.expected("a regular expression", value) }
            do {
                return .matches(try TextPattern(pattern, ignoringCase: member.key == "$regexi"))
            } catch let error as any CodedError {
                throw SourceError(value.place, "The regular expression '\(pattern)' is broken: \(error.message)")
            }
        case "$inGroup", "$notInGroup":
            guard let name = value.string else { throw self.expected("the name of a group", value) }
            return member.key == "$inGroup" ? .isInGroup(name) : .not(.isInGroup(name))
        default:
            throw SourceError(
                member.keyPlace, "There is no operator '\(member.key)'.",
                suggestion: NearestName.hint(for: member.key, in: Self.operators))
        }
    }

    private func list(_ node: SourceNode) throws -> [JSONValue] {
        guard let elements = node.elements else { throw self.expected("a list of values", node) }
        return elements.map(\.json)
    }

    private func expected(_ what: String, _ node: SourceNode) -> SourceError {
        SourceError(node.place, "Here must be \(what), not \(node.json).")
    }

    private static func comparison(_ name: Substring) -> TargetingCondition.Comparison? {
        .init(rawValue: String(name))
    }

    private static func hasOperators(_ node: SourceNode) -> Bool {
        node.members.map { !$0.isEmpty && $0.allSatisfy { $0.key.hasPrefix("$") } } ?? false
    }
}
