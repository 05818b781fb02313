// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Reads typed values out of a definition, noting everything that does not fit with its place.
struct DefinitionReader {
    /// The members of a mapping by their keys.
    typealias Fields = [String: SourceNode]

    /// What does not fit, in the order found.
    private(set) var issues: [SourceError] = []

    /// Notes something that does not fit.
    mutating func note(_ place: SourcePlace, _ problem: String, _ suggestion: String = "") {
        self.issues.append(SourceError(place, problem, suggestion: suggestion))
    }

    /// Notes what somebody else found.
    mutating func note(_ error: SourceError) { self.issues.append(error) }

    /// The members of a mapping; a key that is not known is a mistake, and so is one that must be there and is not.
    mutating func fields(
        of node: SourceNode, _ owner: String, required: [String] = [], known: [String]
    ) -> Fields {
        guard let members = node.members else {
            self.note(
                node.place, "\(owner) must be a mapping, but is of type \(node.typeName).",
                "It knows the keys \(known.joined(separator: ", ")).")
            return [:]
        }
        var fields: Fields = [:]
        for member in members {
            if known.contains(member.key) {
                fields[member.key] = member.value
            } else {
                self.note(
                    member.keyPlace, "\(owner) has the unknown key '\(member.key)'.",
                    NearestName.hint(for: member.key, in: known))
            }
        }
        for key in required where fields[key] == nil { self.note(node.place, "\(owner) has no '\(key)'.") }
        return fields
    }

    /// A value as some type; what cannot be one is a mistake.
    mutating func value<Value>(_ node: SourceNode?, _ what: String, _ convert: (SourceNode) -> Value?) -> Value? {
        guard let node else { return nil }
        if let value = convert(node) { return value }
        self.note(node.place, "Here must be \(what), not \(node.json).")
        return nil
    }

    /// A text; a number counts as its digits.
    mutating func text(_ node: SourceNode?) -> String? {
        self.value(node, "a text") { node in
            node.json.integerValue.map(String.init) ?? node.string.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// A whole number.
    mutating func integer(_ node: SourceNode?, in range: ClosedRange<Int>) -> Int? {
        self.value(node, "a whole number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.json.integerValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number.
    mutating func number(_ node: SourceNode?, in range: ClosedRange<Double>) -> Double? {
        self.value(node, "a number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.json.numberValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Any number.
    mutating func number(_ node: SourceNode?) -> Double? {
        self.value(node, "a number") { $0.json.numberValue }
    }

    /// A time, such as `250ms`, `10s`, `2m`, `1h` or `1d`.
    mutating func duration(_ node: SourceNode?) -> Duration? {
        self.value(node, "a time such as 10s, 2m, 1h or 1d") { node in
            let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
            guard let text = node.string, let (unit, seconds) = units.first(where: { text.hasSuffix($0.0) }),
                let number = Double(text.dropLast(unit.count)), number >= 0, number * seconds <= 1e9
            else { return nil }
            return .seconds(number * seconds)
        }
    }

    /// One of some names.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: SourceNode?, of _: Choice.Type
    ) -> Choice? {
        guard let node, let name = self.text(node) else { return nil }
        if let choice = Choice(rawValue: name) { return choice }
        self.note(
            node.place, "There is no '\(name)' here.",
            NearestName.hint(for: name, in: Choice.allCases.map(\.rawValue)))
        return nil
    }

    /// The elements of a list.
    mutating func elements(_ node: SourceNode?) -> [SourceNode] {
        self.value(node, "a list") { $0.elements } ?? []
    }
}
