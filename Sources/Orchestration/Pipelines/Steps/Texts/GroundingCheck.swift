// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import ResultParsing

/// Looks for the texts of an extracted value in the text that it was extracted from.
///
/// Case, punctuation and white space make no difference.
struct GroundingCheck {
    private let words: String
    /// Texts that were not found, in order.
    private(set) var missing: [String] = []

    init(text: String) { self.words = AnswerText.normalized(text) }

    /// The value without the elements of arrays that are texts and not found, or that hold such a text.
    mutating func keepingFound(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            if !self.has(text) { self.missing.append(text) }
            return value
        case .array(let elements):
            var kept: [JSONValue] = []
            for element in elements {
                let before = self.missing.count
                let inner = self.keepingFound(element)
                // What an inner array lacks has been left out of that already.
                if element.arrayValue != nil || self.missing.count == before { kept.append(inner) }
            }
            return .array(kept)
        case .object(let members): return .object(members.mapValues { self.keepingFound($0) })
        default: return value
        }
    }

    private func has(_ text: String) -> Bool {
        let wanted = AnswerText.normalized(text)
        return wanted.isEmpty || self.words.rangeOfWord(wanted) != nil
    }
}
