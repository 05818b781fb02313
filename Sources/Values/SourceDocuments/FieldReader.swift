// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads typed values out of a document, noting everything that does not fit with its place.
package struct FieldReader {
    /// The members of a mapping by their keys.
    package typealias Fields = [String: SourceNode]

    /// What does not fit, in the order found.
    package private(set) var issues: [SourceError] = []
    private let numbersAreTexts: Bool

    /// Makes a reader.
    ///
    /// - Parameter numbersAreTexts: Whether a whole number where a text must be counts as its digits.
    package init(numbersAreTexts: Bool = false) { self.numbersAreTexts = numbersAreTexts }

    /// Notes something that does not fit.
    package mutating func note(_ place: SourcePlace, _ problem: String, _ suggestion: String = "") {
        self.issues.append(SourceError(place, problem, suggestion: suggestion))
    }

    /// Notes what somebody else found.
    package mutating func note(_ error: SourceError) { self.issues.append(error) }

    /// The members of a mapping; a key that is not known is a mistake, and so is one that must be there and is not.
    package mutating func fields(
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
    package mutating func value<Value>(_ node: SourceNode?, _ what: String, _ convert: (SourceNode) -> Value?) -> Value?
    {
        guard let node else { return nil }
        if let value = convert(node) { return value }
        self.note(node.place, "Here must be \(what), not \(node.json).")
        return nil
    }

    /// A text that is not empty.
    package mutating func text(_ node: SourceNode?) -> String? {
        let numbersAreTexts = self.numbersAreTexts
        return self.value(node, "a text") { node in
            if let text = node.string { return text.isEmpty ? nil : text }
            return numbersAreTexts ? node.json.integerValue.map(String.init) : nil
        }
    }

    /// A truth value.
    package mutating func bool(_ node: SourceNode?) -> Bool? {
        self.value(node, "true or false") { $0.json.boolValue }
    }

    /// A whole number.
    package mutating func integer(_ node: SourceNode?, in range: ClosedRange<Int>) -> Int? {
        self.value(node, "a whole number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.json.integerValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number.
    package mutating func number(_ node: SourceNode?, in range: ClosedRange<Double>) -> Double? {
        self.value(node, "a number from \(range.lowerBound) to \(range.upperBound)") { node in
            node.json.numberValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Any number.
    package mutating func number(_ node: SourceNode?) -> Double? {
        self.value(node, "a number") { $0.json.numberValue }
    }

    /// A time of at most a year, such as `250ms`, `10s`, `2m`, `1h` or `1d`.
    package mutating func duration(_ node: SourceNode?, allowsZero: Bool = false) -> Duration? {
        self.value(node, "a time such as 250ms, 10s, 2m, 1h or 1d") { node in
            guard let time = node.string.flatMap({ Duration(written: $0) }), time <= .seconds(366 * 86_400) else {
                return nil
            }
            return time > .zero || allowsZero ? time : nil
        }
    }

    /// One of some names.
    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
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
    package mutating func elements(_ node: SourceNode?) -> [SourceNode] {
        self.value(node, "a list") { $0.elements } ?? []
    }
}
