// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { self.serialized() }

    /// Writes the value as JSON text.
    ///
    /// Not-a-number and infinities, which JSON lacks, are written as `null`.
    /// - Parameter indentation: Spaces a level for readable text over several lines, or nil for compact text.
    /// - Returns: RFC 8259 text; only what must be escaped is escaped.
    public func serialized(indentation: Int? = nil) -> String {
        var writer = JSONWriter(indentation: indentation)
        writer.write(self, depth: 0)
        return writer.text
    }
}

/// Writes one value; kept apart so that the text grows in place.
private struct JSONWriter {
    let indentation: Int?
    var text = ""

    init(indentation: Int?) { self.indentation = indentation }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: self.text += "null"
        case .bool(let value): self.text += value ? "true" : "false"
        case .integer(let value): self.text += String(value)
        case .number(let value): self.text += value.isFinite ? value.description : "null"
        case .string(let value): self.write(string: value)
        case .array(let elements):
            self.write(elements, between: ("[", "]"), depth: depth) { writer, element in
                writer.write(element, depth: depth + 1)
            }
        case .object(let members):
            self.write(members.elements, between: ("{", "}"), depth: depth) { writer, member in
                writer.write(string: member.key)
                writer.text += writer.indentation == nil ? ":" : ": "
                writer.write(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func write<Items: Collection>(
        _ items: Items, between brackets: (String, String), depth: Int, each: (inout Self, Items.Element) -> Void
    ) {
        self.text += brackets.0
        for (index, item) in items.enumerated() {
            if index > 0 { self.text += "," }
            self.newline(depth: depth + 1)
            each(&self, item)
        }
        if !items.isEmpty { self.newline(depth: depth) }
        self.text += brackets.1
    }

    private mutating func newline(depth: Int) {
        guard let indentation else { return }
        self.text += "\n" + String(repeating: " ", count: max(0, depth * indentation))
    }

    private mutating func write(string: String) {
        self.text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": self.text += "\\\""
            case "\\": self.text += "\\\\"
            case "\n": self.text += "\\n"
            case "\r": self.text += "\\r"
            case "\t": self.text += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                self.text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: self.text.unicodeScalars.append(scalar)
            }
        }
        self.text += "\""
    }
}
