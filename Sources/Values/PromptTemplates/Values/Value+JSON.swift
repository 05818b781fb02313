// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Value {
    /// A JSON value as templates see it.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .int(value)
        case .number(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(ListValue(elements.map { Value($0) }))
        case .object(let members):
            self = .dict(DictValue(strings: members.lazy.map { (key: $0.key, value: Value($0.value)) }))
        }
    }
}

/// Writes values as Python's `json.dumps` does.
struct PythonJSONWriter {
    var ensuresASCII = false
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    let renderer: Renderer
    private(set) var text = ""

    init(renderer: Renderer) { self.renderer = renderer }

    mutating func write(_ value: Value, depth: Int = 0) throws {
        guard depth < Value.maximumNesting else { throw TemplateFailure.value("Circular reference detected") }
        try self.renderer.check(bytes: self.text.utf8.count)
        switch value {
        case .none: self.text += "null"
        case .bool(let flag): self.text += flag ? "true" : "false"
        case .int(let number): self.text += String(number)
        case .float(let number): self.text += Self.describe(number)
        case .string(let string), .markup(let string): self.write(string: string)
        case .list(let list): try self.write(list.elements, depth: depth)
        case .tuple(let tuple): try self.write(tuple.elements, depth: depth)
        case .dict(let dict): try self.write(dict, depth: depth)
        default: throw TemplateFailure.type("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private static func describe(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : number.pythonDescription
    }

    private mutating func newline(depth: Int) {
        guard let indent = self.indent else { return }
        self.text += "\n"
        for _ in 0..<depth { self.text += indent }
    }

    private mutating func separate(_ index: Int, depth: Int) throws {
        try self.renderer.step()
        if index > 0 { self.text += self.itemSeparator }
        self.newline(depth: depth + 1)
    }

    private mutating func write(_ elements: [Value], depth: Int) throws {
        guard !elements.isEmpty else { return self.text += "[]" }
        self.text += "["
        for (index, element) in elements.enumerated() {
            try self.separate(index, depth: depth)
            try self.write(element, depth: depth + 1)
        }
        self.newline(depth: depth)
        self.text += "]"
    }

    private mutating func write(_ dict: DictValue, depth: Int) throws {
        guard dict.count > 0 else { return self.text += "{}" }
        var pairs = dict.pairs
        if self.sortsKeys { pairs = try pairs.stableSorted { try $0.0.isLess(than: $1.0) } }
        self.text += "{"
        for (index, (key, value)) in pairs.enumerated() {
            try self.separate(index, depth: depth)
            self.write(string: try Self.key(key))
            self.text += self.keySeparator
            try self.write(value, depth: depth + 1)
        }
        self.newline(depth: depth)
        self.text += "}"
    }

    private static func key(_ key: Value) throws -> String {
        switch key {
        case .string(let text), .markup(let text): return text
        case .none: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .float(let number): return self.describe(number)
        default: throw TemplateFailure.type("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
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
            case "\u{8}": self.text += "\\b"
            case "\u{c}": self.text += "\\f"
            case _ where scalar.value < 0x20: self.text += "\\u" + scalar.hex(digits: 4)
            case _ where self.ensuresASCII && scalar.value > 0x7E:
                for unit in String(scalar).utf16 { self.text += "\\u" + unit.paddedHex }
            default: self.text.unicodeScalars.append(scalar)
            }
        }
        self.text += "\""
    }
}

extension UInt16 {
    fileprivate var paddedHex: String {
        let hex = String(self, radix: 16)
        return String(repeating: "0", count: 4 - hex.count) + hex
    }
}
