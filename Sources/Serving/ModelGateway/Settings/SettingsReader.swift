// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Reads typed values out of a document, noting everything that does not fit with its place.
struct SettingsReader {
    /// The members of a mapping by their keys.
    typealias Fields = [String: SourceNode]

    /// What does not fit, in the order found.
    private(set) var issues: [SourceError] = []

    /// Notes something that does not fit.
    mutating func note(_ place: SourcePlace, _ problem: String, _ suggestion: String = "") {
        self.issues.append(SourceError(place, problem, suggestion: suggestion))
    }

    /// The members of a mapping; a key that is not known is a mistake.
    mutating func fields(of node: SourceNode, _ owner: String, known: [String]) -> Fields {
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
        return fields
    }

    /// A value as some type; what cannot be one is a mistake.
    mutating func value<Value>(
        _ node: SourceNode?, _ what: String, _ convert: (SourceNode) -> Value?
    ) -> Value? {
        guard let node else { return nil }
        if let value = convert(node) { return value }
        self.note(node.place, "Here must be \(what), not \(node.json).")
        return nil
    }

    /// A text.
    mutating func text(_ node: SourceNode?) -> String? {
        self.value(node, "a text") { node in node.string.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// A truth value.
    mutating func bool(_ node: SourceNode?) -> Bool? { self.value(node, "true or false") { $0.json.boolValue } }

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

    /// A time, such as `250ms`, `10s`, `2m`, `1h` or `1d`.
    mutating func duration(_ node: SourceNode?) -> Duration? {
        self.value(node, "a time such as 250ms, 10s, 2m, 1h or 1d") { $0.string.flatMap(Duration.init(written:)) }
    }

    /// One of some names.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: SourceNode?, of _: Choice.Type
    ) -> Choice? {
        guard let node, let name = self.text(node) else { return nil }
        if let choice = Choice(rawValue: name) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        self.note(node.place, "There is no '\(name)' here.", NearestName.hint(for: name, in: known))
        return nil
    }
}

extension Duration {
    /// The longest time that may be written.
    private static let longest = 366.0 * 86_400

    /// A time as people write it, such as `250ms`; nil for anything else, zero and less included.
    init?(written text: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
        guard let (unit, seconds) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Double(text.dropLast(unit.count)), number > 0, number * seconds <= Self.longest
        else { return nil }
        self = .seconds(number * seconds)
    }
}
