// SPDX-License-Identifier: Apache-2.0

extension Value {
    /// Python's `str()`.
    func text() throws -> String {
        switch self {
        case .string(let text), .markup(let text): return text
        case .missing: return ""
        case .undefined(let undefined):
            try undefined.checkUse()
            return ""
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .int(let value): return String(value)
        case .float(let value): return value.pythonDescription
        case .object(let object): return try object.text(depth: 0)
        default: return try self.representation()
        }
    }

    /// Python's `repr()`.
    func representation(depth: Int = 0) throws -> String {
        var text = ""
        try self.writeRepresentation(to: &text, depth: depth)
        return text
    }

    private func writeRepresentation(to text: inout String, depth: Int) throws {
        guard depth < Self.maximumNesting else {
            throw TemplateFailure.limit("The value is nested too deeply to print.")
        }
        guard text.utf8.count < 64 << 20 else { throw TemplateFailure.limit("The printed value is too large.") }
        switch self {
        case .string(let string): string.writePythonQuoted(to: &text)
        case .markup(let string):
            text += "Markup("
            string.writePythonQuoted(to: &text)
            text += ")"
        case .list(let list):
            text += "["
            try Self.write(list.elements, to: &text, depth: depth)
            text += "]"
        case .tuple(let tuple):
            text += "("
            try Self.write(tuple.elements, to: &text, depth: depth)
            text += tuple.elements.count == 1 ? ",)" : ")"
        case .dict(let dict):
            text += "{"
            for (index, entry) in dict.entries.enumerated() {
                if index > 0 { text += ", " }
                try entry.key.value.writeRepresentation(to: &text, depth: depth + 1)
                text += ": "
                try entry.value.writeRepresentation(to: &text, depth: depth + 1)
            }
            text += "}"
        case .undefined: text += "Undefined"
        case .object(let object): text += try object.text(depth: depth)
        default: text += try self.text()
        }
    }

    private static func write(_ elements: [Value], to text: inout String, depth: Int) throws {
        for (index, element) in elements.enumerated() {
            if index > 0 { text += ", " }
            try element.writeRepresentation(to: &text, depth: depth + 1)
        }
    }
}

extension String {
    /// Appends the string as Python's `repr()` shows it.
    func writePythonQuoted(to text: inout String) {
        let quote: Unicode.Scalar =
            self.unicodeScalars.contains("'") && !self.unicodeScalars.contains("\"") ? "\"" : "'"
        text.unicodeScalars.append(quote)
        for scalar in self.unicodeScalars {
            switch scalar {
            case quote, "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.isPythonPrintable: text.unicodeScalars.append(scalar)
            default: text += scalar.pythonEscape
            }
        }
        text.unicodeScalars.append(quote)
    }

    /// The string as Python's `repr()` shows it.
    var pythonQuoted: String {
        var text = ""
        self.writePythonQuoted(to: &text)
        return text
    }
}

extension String {
    /// The string as Python's `ascii()` shows what `repr()` gave.
    var asciiEscaped: String { self.unicodeScalars.map { $0.isASCII ? String($0) : $0.pythonEscape }.joined() }
}

extension Unicode.Scalar {
    /// The code point as an escape of a Python string.
    var pythonEscape: String {
        if self.value < 0x100 { return "\\x" + self.hex(digits: 2) }
        return self.value < 0x10000 ? "\\u" + self.hex(digits: 4) : "\\U" + self.hex(digits: 8)
    }

    func hex(digits: Int) -> String {
        let hex = String(self.value, radix: 16)
        return String(repeating: "0", count: Swift.max(0, digits - hex.count)) + hex
    }
}

extension Double {
    /// The number as Python's `repr()` shows it: the fewest digits that read back as the same number.
    var pythonDescription: String {
        if self.isNaN { return "nan" }
        if self.isInfinite { return self < 0 ? "-inf" : "inf" }
        let (digits, exponent) = self.shortestDigits
        let sign = self.sign == .minus ? "-" : ""
        // The point stands after `exponent + 1` digits.
        guard (-4..<16).contains(exponent) else {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let magnitude = String(exponent.magnitude)
            return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
                + (magnitude.count < 2 ? "0" : "") + magnitude
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        if digits.count <= exponent + 1 {
            return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count) + ".0"
        }
        return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// The fewest digits that read back as the same number, and the power of ten of the first.
    private var shortestDigits: (digits: String, exponent: Int) {
        if self == 0 { return ("0", 0) }
        var parts = self.magnitude.description.split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts.removeLast()) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leadingZeros)
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent + whole.count - 1 - leadingZeros)
    }
}
