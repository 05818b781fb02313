// SPDX-License-Identifier: Apache-2.0

/// Python's `str.format`.
struct BraceFormat {
    private let arguments: Arguments
    private let escapes: Bool
    private let renderer: Renderer
    private var nextIndex = 0

    static func format(
        _ format: String, _ arguments: Arguments, escapes: Bool, _ renderer: Renderer
    ) throws -> String {
        var formatter = Self(arguments: arguments, escapes: escapes, renderer: renderer)
        return try formatter.run(Array(format.unicodeScalars), depth: 0)
    }

    private init(arguments: Arguments, escapes: Bool, renderer: Renderer) {
        self.escapes = escapes
        self.arguments = arguments
        self.renderer = renderer
    }

    private mutating func run(_ text: [Unicode.Scalar], depth: Int) throws -> String {
        guard depth < 3 else { throw TemplateFailure.value("Max string recursion exceeded") }
        var result = ""
        var index = 0
        while index < text.count {
            let scalar = text[index]
            index += 1
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if index < text.count, text[index] == scalar {
                result.unicodeScalars.append(scalar)
                index += 1
                continue
            }
            guard scalar == "{" else { throw TemplateFailure.value("Single '}' encountered in format string") }
            let start = index
            var open = 1
            while index < text.count, open > 0 {
                if text[index] == "{" { open += 1 }
                if text[index] == "}" { open -= 1 }
                index += 1
            }
            guard open == 0 else {
                throw TemplateFailure.value(
                    start == text.count
                        ? "Single '{' encountered in format string" : "expected '}' before end of string")
            }
            result += try self.field(Array(text[start..<index - 1]), depth: depth)
            try self.renderer.charge(bytes: result.utf8.count / 64 + 1)
        }
        return result
    }

    private mutating func field(_ text: [Unicode.Scalar], depth: Int) throws -> String {
        let nameEnd = text.firstIndex { $0 == ":" || $0 == "!" } ?? text.count
        var value = try self.value(Array(text[..<nameEnd]))
        var rest = text[nameEnd...]
        if rest.first == "!" {
            guard rest.count > 1 else {
                throw TemplateFailure.value("end of string while looking for conversion specifier")
            }
            let conversion = rest[rest.startIndex + 1]
            switch conversion {
            case "s": value = .string(try value.text())
            case "r": value = .string(try value.representation())
            case "a": value = .string(try value.representation().asciiEscaped)
            default: throw TemplateFailure.value("Unknown conversion specifier '\(conversion)'")
            }
            rest = rest.dropFirst(2)
            guard rest.isEmpty || rest.first == ":" else {
                throw TemplateFailure.value("expected ':' after conversion specifier")
            }
        }
        let specification = rest.count < 2 ? "" : try self.run(Array(rest.dropFirst()), depth: depth + 1)
        let text =
            specification.isEmpty
            ? try value.text() : try NumberFormat(parsing: specification).format(value, self.renderer)
        return self.escapes && !value.isMarkup ? text.escapedForHTML : text
    }

    /// The value of a field name such as `0.name[key]`.
    private mutating func value(_ name: [Unicode.Scalar]) throws -> Value {
        let end = name.firstIndex { $0 == "." || $0 == "[" } ?? name.count
        var value = try self.argument(String(name[..<end]))
        var rest = name[end...]
        while let first = rest.popFirst() {
            if first == "." {
                let part = rest.prefix { $0 != "." && $0 != "[" }
                rest.removeFirst(part.count)
                let attribute = String(part)
                guard !attribute.isEmpty else { throw TemplateFailure.value("Empty attribute in format string") }
                guard let found = try self.renderer.ownAttribute(attribute, of: value) else {
                    throw TemplateFailure.undefined("'\(value.ownerName)' has no attribute '\(attribute)'")
                }
                value = found
            } else {
                guard let close = rest.firstIndex(of: "]") else {
                    throw TemplateFailure.value("Missing ']' in format string")
                }
                let key = String(rest[..<close])
                rest = rest[(close + 1)...]
                value = try self.renderer.item(Int(key).map { .int($0) } ?? .string(key), of: value)
                if case .undefined(let undefined) = value { throw undefined.failure }
            }
        }
        return value
    }

    private mutating func argument(_ name: String) throws -> Value {
        if let index = name.isEmpty ? self.nextIndex : Int(name) {
            if name.isEmpty { self.nextIndex += 1 }
            guard self.arguments.positional.indices.contains(index) else {
                throw TemplateFailure.value("Replacement index \(index) out of range for positional args tuple")
            }
            return self.arguments.positional[index]
        }
        guard let value = self.arguments.value(name) else {
            throw TemplateFailure.value("KeyError: \(name.pythonQuoted)")
        }
        return value
    }
}
