// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// How the members of a JSON Schema take in a further guide: values must fit what was there and what is new.
extension OrderedDictionary<String, JSONValue> {
    /// Makes a lower bound at least this one.
    mutating func raise(_ keyword: String, to bound: JSONValue) {
        if let old = self[keyword], !old.isLess(than: bound) { return }
        self[keyword] = bound
    }

    /// Makes an upper bound at most this one.
    mutating func lower(_ keyword: String, to bound: JSONValue) {
        if let old = self[keyword], !bound.isLess(than: old) { return }
        self[keyword] = bound
    }

    /// Leaves those of the choices that are among these.
    mutating func narrowChoices(to choices: [JSONValue]) {
        self["enum"] = .array(self["enum"]?.arrayValue?.filter(choices.contains) ?? choices)
    }

    /// Asks for a pattern besides those there are.
    mutating func addPattern(_ source: String) {
        guard self["pattern"] != nil else { return self["pattern"] = .string(source) }
        self["allOf"] = .array((self["allOf"]?.arrayValue ?? []) + [["pattern": .string(source)]])
    }

    /// What the guides leave nothing for, if they contradict each other.
    var contradiction: String? {
        if self["enum"] == [] { return "no text is in all of the guides' choices" }
        for (lower, upper) in [("minimum", "maximum"), ("minItems", "maxItems")] {
            guard let least = self[lower], let most = self[upper], most.isLess(than: least) else { continue }
            return "no value is at least \(least.serialized()) and at most \(most.serialized())"
        }
        return self["items"]?.objectValue?.contradiction
    }
}

extension JSONValue {
    /// Compares two numbers, whole ones exactly.
    fileprivate func isLess(than other: JSONValue) -> Bool {
        if case .integer(let own) = self, case .integer(let others) = other { return own < others }
        return (self.numberValue ?? 0) < (other.numberValue ?? 0)
    }
}
