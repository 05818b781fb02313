// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension SchemaValidator {
    /// Checks the keywords that look at a value as a whole.
    mutating func checkValue(_ keyword: SchemaKeyword, _ place: SchemaPlace, _ outcome: inout Outcome) {
        switch keyword {
        case .type(let names, let takesWholeNumbers):
            if !names.contains(where: { place.instance.isOfType($0, takesWholeNumbers: takesWholeNumbers) }) {
                let article = names.count == 1 ? "must be of type" : "must be of one of the types"
                outcome.add(
                    place, "type",
                    "\(article) \(names.joined(separator: ", ")), but is \(place.instance.typeName) \(place.shown)")
            }
        case .oneOf(let values, let set):
            if !set.contains(ComparableJSON(place.instance)) {
                let list = values.prefix(20).map(\.shown).joined(separator: ", ")
                outcome.add(place, "enum", "must be one of \(list), but is \(place.shown)")
            }
        case .constant(let value):
            if ComparableJSON(value) != ComparableJSON(place.instance) {
                outcome.add(place, "const", "must be \(value.shown), but is \(place.shown)")
            }
        case .bound(let bound): self.checkBound(bound, place, &outcome)
        case .multipleOf(let step):
            if !Self.isMultiple(place.instance, of: step) {
                outcome.add(place, "multipleOf", "must be a multiple of \(step), but is \(place.shown)")
            }
        case .pattern(let pattern):
            guard case .string(let text) = place.instance else { return }
            guard let matches = pattern.matches(text) else {
                self.abandoned = Violation(
                    instancePointer: place.pointer, schemaPointer: "\(place.schema)/pattern",
                    message: "takes too long to match against the pattern '\(pattern.source)'")
                return
            }
            if !matches {
                outcome.add(place, "pattern", "must match the pattern '\(pattern.source)', but is \(place.shown)")
            }
        case .format(let format):
            guard case .string(let text) = place.instance, !format.accepts(text) else { return }
            outcome.add(place, "format", "must be \(format.description), but is \(place.shown)")
        default: break
        }
    }

    private func checkBound(_ bound: BoundKeyword, _ place: SchemaPlace, _ outcome: inout Outcome) {
        let size: (value: JSONValue, unit: String)
        switch (bound.measure, place.instance) {
        case (.number, .integer), (.number, .number): size = (place.instance, "")
        case (.length, .string(let text)): size = (.integer(text.unicodeScalars.count), " characters")
        case (.items, .array(let elements)): size = (.integer(elements.count), " elements")
        case (.properties, .object(let members)): size = (.integer(members.count), " members")
        default: return
        }
        guard let order = ComparableJSON.order(size.value, bound.limit) else { return }
        let holds =
            bound.isLower
            ? order > 0 || (order == 0 && !bound.isExclusive)
            : order < 0 || (order == 0 && !bound.isExclusive)
        guard !holds else { return }
        let relation =
            bound.isExclusive ? (bound.isLower ? "more than" : "less than") : (bound.isLower ? "at least" : "at most")
        let verb = size.unit.isEmpty ? ("be", "is") : ("have", "has")
        outcome.add(
            place, bound.name, "must \(verb.0) \(relation) \(bound.limit)\(size.unit), but \(verb.1) \(size.value)")
    }

    private static func isMultiple(_ value: JSONValue, of step: JSONValue) -> Bool {
        if case .integer(let value) = value, case .integer(let step) = step { return value % step == 0 }
        guard let value = value.numberValue, let step = step.numberValue else { return true }
        let quotient = value / step
        if quotient.magnitude < 0x1p53 {
            return abs(quotient - quotient.rounded()) <= 1e-9 * max(1, quotient.magnitude) * 1e-3
        }
        // Steps such as 0.01 are not exact; they divide every whole number.
        let inverse = 1 / step
        if value.rounded() == value, abs(inverse - inverse.rounded()) <= 1e-12 * inverse { return true }
        return value.truncatingRemainder(dividingBy: step) == 0
    }
}

extension JSONValue {
    /// Whether JSON Schema counts the value among those of a type.
    func isOfType(_ name: String, takesWholeNumbers: Bool) -> Bool {
        switch (name, self) {
        case ("number", .integer): true
        case ("integer", .number(let value)) where takesWholeNumbers: value.rounded() == value && value.isFinite
        default: self.typeName == name
        }
    }
}
