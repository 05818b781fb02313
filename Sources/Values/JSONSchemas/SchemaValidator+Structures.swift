// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension SchemaValidator {
    // MARK: - Objects

    /// Checks the keywords of objects.
    mutating func checkObject(_ keyword: SchemaKeyword, _ place: SchemaPlace, _ outcome: inout Outcome) {
        guard case .object(let members) = place.instance else { return }
        switch keyword {
        case .required(let names):
            for name in names where members[name] == nil {
                outcome.add(place, "required", "must have the member '\(name)', which is missing")
            }
        case .dependentRequired(let dependencies):
            for (key, needs) in dependencies where members[key] != nil {
                for name in needs where members[name] == nil {
                    outcome.add(place, "dependentRequired", "must have the member '\(name)' because it has '\(key)'")
                }
            }
        case .propertyNames(let node):
            for key in members.keys {
                let result = self.check(.string(key), node, at: place.pointer)
                if let reason = result.violations.first {
                    outcome.add(place, "propertyNames", "has the member name '\(key)', which \(reason.message)")
                }
            }
        case .properties(let keyword): self.checkProperties(keyword, members, place, &outcome)
        default: break
        }
    }

    private mutating func checkProperties(
        _ keyword: PropertiesKeyword, _ members: OrderedDictionary<String, JSONValue>, _ place: SchemaPlace,
        _ outcome: inout Outcome
    ) {
        for (key, value) in members where outcome.violations.count <= Self.maximumViolations {
            var nodes = [Int]()
            if let node = keyword.named[key] { nodes.append(node) }
            for (pattern, node) in keyword.patterns {
                guard let matches = pattern.matches(key) else {
                    self.abandoned = Violation(
                        instancePointer: place.pointer, schemaPointer: "\(place.schema)/patternProperties",
                        message: "has a member name that takes too long to match against '\(pattern.source)'")
                    return
                }
                if matches { nodes.append(node) }
            }
            if nodes.isEmpty, keyword.isClosed {
                let hint = NearestName.hint(for: key, in: keyword.named.keys)
                outcome.add(place, "additionalProperties", "must not have the member '\(key)'. \(hint)")
                continue
            }
            if nodes.isEmpty, let additional = keyword.additional { nodes.append(additional) }
            if !nodes.isEmpty { outcome.evaluated.properties.insert(key) }
            for node in nodes {
                outcome.violations += self.check(value, node, at: place.pointer + JSONPointer.segment(key)).violations
            }
        }
    }

    /// Checks the members that no other keyword has looked at.
    mutating func checkUnevaluatedProperties(_ node: Int, _ place: SchemaPlace, _ outcome: inout Outcome) {
        guard case .object(let members) = place.instance, !outcome.evaluated.hasAllProperties else { return }
        for (key, value) in members where !outcome.evaluated.properties.contains(key) {
            let result = self.check(value, node, at: place.pointer + JSONPointer.segment(key))
            outcome.violations += result.violations
        }
        outcome.evaluated.hasAllProperties = true
    }

    // MARK: - Arrays

    /// Checks the keywords of arrays.
    mutating func checkArray(_ keyword: SchemaKeyword, _ place: SchemaPlace, _ outcome: inout Outcome) {
        guard case .array(let elements) = place.instance else { return }
        switch keyword {
        case .items(let prefix, let rest, _, _):
            for (index, element) in elements.enumerated() {
                guard let node = index < prefix.count ? prefix[index] : rest else { break }
                outcome.evaluated.items.insert(index)
                outcome.violations += self.check(element, node, at: "\(place.pointer)/\(index)").violations
            }
            if rest != nil { outcome.evaluated.hasAllItems = true }
        case .contains(let node, let least, let most, let evaluates):
            let fitting = elements.indices.filter {
                self.check(elements[$0], node, at: "\(place.pointer)/\($0)").isValid
            }
            if evaluates { outcome.evaluated.items.formUnion(fitting) }
            if fitting.count < least {
                outcome.add(
                    place, least == 1 ? "contains" : "minContains",
                    "must have at least \(least) fitting elements, but has \(fitting.count)")
            }
            if let most, fitting.count > most {
                outcome.add(
                    place, "maxContains", "must have at most \(most) fitting elements, but has \(fitting.count)")
            }
        case .uniqueItems:
            var first = [ComparableJSON: Int]()
            for (index, element) in elements.enumerated() {
                if let earlier = first.updateValue(index, forKey: ComparableJSON(element)) {
                    outcome.add(place, "uniqueItems", "must not repeat elements, but \(earlier) and \(index) are equal")
                }
            }
        default: break
        }
    }

    /// Checks the elements that no other keyword has looked at.
    mutating func checkUnevaluatedItems(_ node: Int, _ place: SchemaPlace, _ outcome: inout Outcome) {
        guard case .array(let elements) = place.instance, !outcome.evaluated.hasAllItems else { return }
        for (index, element) in elements.enumerated() where !outcome.evaluated.items.contains(index) {
            outcome.violations += self.check(element, node, at: "\(place.pointer)/\(index)").violations
        }
        outcome.evaluated.hasAllItems = true
    }
}
