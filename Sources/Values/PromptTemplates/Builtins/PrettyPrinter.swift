// SPDX-License-Identifier: Apache-2.0

/// Python's `pprint.pformat` with its default width of 80.
struct PrettyPrinter {
    private static let width = 80
    private let renderer: Renderer
    private var text = ""

    private init(renderer: Renderer) { self.renderer = renderer }

    static func print(_ value: Value, _ renderer: Renderer) throws -> String {
        var printer = Self(renderer: renderer)
        try printer.write(value, indent: 0, allowance: 0, level: 0)
        return printer.text
    }

    /// The value on one line, dictionaries sorted by key.
    private static func oneLine(_ value: Value, depth: Int = 0) throws -> String {
        guard depth < Value.maximumNesting else {
            throw TemplateFailure.limit("The value is nested too deeply to print.")
        }
        func join(_ elements: [Value]) throws -> String {
            try elements.map { try self.oneLine($0, depth: depth + 1) }.joined(separator: ", ")
        }
        switch value {
        case .list(let list): return "[\(try join(list.elements))]"
        case .tuple(let tuple):
            return "(\(try join(tuple.elements))\(tuple.elements.count == 1 ? "," : ""))"
        case .dict(let dict):
            let parts = self.sortedPairs(dict)
            return "{"
                + (try parts.map { try self.oneLine($0, depth: depth + 1) + ": " + self.oneLine($1, depth: depth + 1) })
                .joined(separator: ", ") + "}"
        default: return try value.representation()
        }
    }

    /// By key; keys without an order are sorted by type.
    private static func sortedPairs(_ dict: DictValue) -> [(Value, Value)] {
        dict.pairs.stableSorted { left, right in
            (try? left.0.isLess(than: right.0)) ?? (left.0.typeName < right.0.typeName)
        }
    }

    private mutating func write(_ value: Value, indent: Int, allowance: Int, level: Int) throws {
        let line = try Self.oneLine(value)
        guard line.unicodeScalars.count > Self.width - indent - allowance else { return self.text += line }
        switch value {
        case .list(let list):
            self.text += "["
            try self.write(list.elements, indent: indent + 1, allowance: allowance + 1, level: level + 1)
            self.text += "]"
        case .tuple(let tuple):
            let end = tuple.elements.count == 1 ? ",)" : ")"
            self.text += "("
            try self.write(tuple.elements, indent: indent + 1, allowance: allowance + end.utf8.count, level: level + 1)
            self.text += end
        case .dict(let dict):
            self.text += "{"
            try self.write(dict, indent: indent + 1, allowance: allowance + 1, level: level + 1)
            self.text += "}"
        case .string(let string): try self.write(string, indent: indent, allowance: allowance, level: level + 1)
        default: self.text += line
        }
    }

    private mutating func newline(_ indent: Int) throws {
        try self.renderer.check(bytes: self.text.utf8.count + indent)
        try self.renderer.charge(bytes: indent)
        self.text += "\n" + String(repeating: " ", count: indent)
    }

    private mutating func write(_ elements: [Value], indent: Int, allowance: Int, level: Int) throws {
        for (index, element) in elements.enumerated() {
            if index > 0 {
                self.text += ","
                try self.newline(indent)
            }
            let isLast = index == elements.count - 1
            try self.write(element, indent: indent, allowance: isLast ? allowance : 1, level: level)
        }
    }

    private mutating func write(_ dict: DictValue, indent: Int, allowance: Int, level: Int) throws {
        for (index, (key, value)) in Self.sortedPairs(dict).enumerated() {
            if index > 0 {
                self.text += ","
                try self.newline(indent)
            }
            let name = try Self.oneLine(key)
            self.text += name + ": "
            let isLast = index == dict.count - 1
            try self.write(
                value, indent: indent + name.unicodeScalars.count + 2, allowance: isLast ? allowance : 1, level: level)
        }
    }

    /// A long string, broken at lines and words.
    private mutating func write(_ string: String, indent: Int, allowance: Int, level: Int) throws {
        let (indent, allowance) = level == 1 ? (indent + 1, allowance + 1) : (indent, allowance)
        let lines = string.lines(keepingEnds: true)
        var chunks: [String] = []
        for (index, line) in lines.enumerated() {
            let isLast = index == lines.count - 1
            let available = Self.width - indent
            if line.pythonQuoted.unicodeScalars.count <= available - (isLast ? allowance : 0) {
                chunks.append(line.pythonQuoted)
                continue
            }
            var current = ""
            let parts = Self.words(line)
            for (position, part) in parts.enumerated() {
                let limit = available - (isLast && position == parts.count - 1 ? allowance : 0)
                if (current + part).pythonQuoted.unicodeScalars.count > limit {
                    if !current.isEmpty { chunks.append(current.pythonQuoted) }
                    current = part
                } else {
                    current += part
                }
            }
            if !current.isEmpty { chunks.append(current.pythonQuoted) }
        }
        let parenthesizes = level == 1 && chunks.count > 1
        if parenthesizes { self.text += "(" }
        for (index, chunk) in chunks.enumerated() {
            if index > 0 { try self.newline(indent) }
            self.text += chunk
        }
        if parenthesizes { self.text += ")" }
    }

    /// Words with the white space after them.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var wasSpace = true
        for scalar in line.unicodeScalars {
            if wasSpace, !scalar.isPythonSpace || words.isEmpty { words.append("") }
            words[words.count - 1].unicodeScalars.append(scalar)
            wasSpace = scalar.isPythonSpace
        }
        return words
    }
}
