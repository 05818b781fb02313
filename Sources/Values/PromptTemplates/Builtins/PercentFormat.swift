// SPDX-License-Identifier: Apache-2.0

/// Python's `%` formatting.
struct PercentFormat {
    private let renderer: Renderer
    private let escapes: Bool
    private let operand: Value
    private var next = 0
    private var usesNames = false

    static func format(_ format: String, _ operand: Value, escapes: Bool, _ renderer: Renderer) throws -> String {
        var formatter = Self(renderer: renderer, escapes: escapes, operand: operand)
        return try formatter.run(Array(format.unicodeScalars))
    }

    private init(renderer: Renderer, escapes: Bool, operand: Value) {
        self.renderer = renderer
        self.escapes = escapes
        self.operand = operand
    }

    private mutating func run(_ text: [Unicode.Scalar]) throws -> String {
        var result = ""
        var index = 0
        while index < text.count {
            guard text[index] == "%" else {
                result.unicodeScalars.append(text[index])
                index += 1
                continue
            }
            index += 1
            result += try self.conversion(text, &index)
            try self.renderer.charge(bytes: result.utf8.count / 64 + 1)
        }
        if !self.usesNames, case .tuple(let tuple) = self.operand, self.next < tuple.elements.count {
            throw TemplateFailure.type("not all arguments converted during string formatting")
        }
        if !self.usesNames, self.next == 0 {
            switch self.operand {
            case .tuple, .dict, .list: break
            default: throw TemplateFailure.type("not all arguments converted during string formatting")
            }
        }
        return result
    }

    /// The next argument.
    private mutating func argument() throws -> Value {
        defer { self.next += 1 }
        if case .tuple(let tuple) = self.operand {
            guard self.next < tuple.elements.count else {
                throw TemplateFailure.type("not enough arguments for format string")
            }
            return tuple.elements[self.next]
        }
        guard self.next == 0 else { throw TemplateFailure.type("not enough arguments for format string") }
        return self.operand
    }

    private mutating func number(_ text: [Unicode.Scalar], _ index: inout Int) throws -> Int? {
        if index < text.count, text[index] == "*" {
            index += 1
            guard let value = try self.argument().indexValue else { throw TemplateFailure.type("* wants int") }
            return value
        }
        let start = index
        while index < text.count, (0x30...0x39).contains(text[index].value) { index += 1 }
        if start == index { return nil }
        guard let value = Int(String(text[start..<index])), value <= 1 << 24 else {
            throw TemplateFailure.limit("The width or precision of a format is too large.")
        }
        return value
    }

    private mutating func conversion(_ text: [Unicode.Scalar], _ index: inout Int) throws -> String {
        var named: Value?
        if index < text.count, text[index] == "(" {
            guard let end = text[index...].firstIndex(of: ")") else {
                throw TemplateFailure.value("incomplete format key")
            }
            guard case .dict(let dict) = self.operand else { throw TemplateFailure.type("format requires a mapping") }
            let key = String(text[index + 1..<end])
            guard let value = dict[key] else { throw TemplateFailure.value("KeyError: \(key.pythonQuoted)") }
            named = value
            self.usesNames = true
            index = end + 1
        }
        var format = NumberFormat()
        format.alignment = ">"
        while index < text.count, "-+ #0".unicodeScalars.contains(text[index]) {
            switch text[index] {
            case "-": (format.alignment, format.fill) = ("<", " ")
            case "+": format.sign = "+"
            case " ": if format.sign != "+" { format.sign = " " }
            case "#": format.isAlternate = true
            default: if format.alignment != "<" { (format.alignment, format.fill) = ("=", "0") }
            }
            index += 1
        }
        if let width = try self.number(text, &index) {
            format.width = Int(clamping: width.magnitude)
            if width < 0 { (format.alignment, format.fill) = ("<", " ") }
        }
        if index < text.count, text[index] == "." {
            index += 1
            format.precision = max(0, try self.number(text, &index) ?? 0)
        }
        try self.renderer.charge(bytes: max(format.width, format.precision ?? 0))
        while index < text.count, "hlL".unicodeScalars.contains(text[index]) { index += 1 }
        guard index < text.count else { throw TemplateFailure.value("incomplete format") }
        let kind = text[index]
        index += 1
        if kind == "%" { return "%" }
        return try self.convert(try named ?? self.argument(), kind, &format)
    }

    private func convert(_ value: Value, _ kind: Unicode.Scalar, _ format: inout NumberFormat) throws -> String {
        switch kind {
        case "s", "r", "a":
            var text = kind == "s" ? try value.text() : try value.representation()
            if kind == "a" { text = text.asciiEscaped }
            if self.escapes, !value.isMarkup { text = text.escapedForHTML }
            if format.alignment == "=" { (format.alignment, format.fill) = (">", " ") }
            (format.kind, format.sign, format.isAlternate) = ("s", nil, false)
            return try format.format(.string(text), self.renderer)
        case "c":
            if format.alignment == "=" { (format.alignment, format.fill) = (">", " ") }
            guard let code = value.indexValue else {
                guard let text = value.stringValue, text.unicodeScalars.count == 1 else {
                    throw TemplateFailure.type("%c requires int or char")
                }
                return format.pad(text, defaultAlignment: ">")
            }
            guard let scalar = UInt32(exactly: code).flatMap({ Unicode.Scalar($0) }) else {
                throw TemplateFailure(.overflow, "%c arg not in range(0x110000)")
            }
            return format.pad(String(scalar), defaultAlignment: ">")
        case "d", "i", "u", "x", "X", "o": return try self.convertInteger(value, kind, &format)
        case "e", "E", "f", "F", "g", "G":
            guard let number = value.number else {
                if case .undefined(let undefined) = value { throw undefined.failure }
                throw TemplateFailure.type("must be real number, not \(value.typeName)")
            }
            format.kind = kind
            return try format.format(.float(number.double), self.renderer)
        default: throw TemplateFailure.value("unsupported format character '\(kind)'")
        }
    }

    private func convertInteger(
        _ value: Value, _ kind: Unicode.Scalar, _ format: inout NumberFormat
    ) throws -> String {
        let isNegative: Bool
        var digits: String
        switch value {
        case .int, .bool:
            let number = value.indexValue ?? 0
            let radix = kind == "o" ? 8 : kind == "x" || kind == "X" ? 16 : 10
            isNegative = number < 0
            digits = String(number.magnitude, radix: radix, uppercase: kind == "X")
        case .float(let number) where "diu".unicodeScalars.contains(kind):
            guard number.isFinite else {
                throw number.isNaN
                    ? TemplateFailure.value("cannot convert float NaN to integer")
                    : TemplateFailure(.overflow, "cannot convert float infinity to integer")
            }
            isNegative = number <= -1
            digits = CFormat.format(number.magnitude.rounded(.towardZero), "f", precision: 0)
        case .undefined(let undefined): throw undefined.failure
        default:
            throw TemplateFailure.type("%\(kind) format: a real number is required, not \(value.typeName)")
        }
        // Precision is the least number of digits.
        digits = String(repeating: "0", count: max(0, (format.precision ?? 0) - digits.utf8.count)) + digits
        let prefix = format.isAlternate ? ["x": "0x", "X": "0X", "o": "0o"][kind] ?? "" : ""
        return format.pad(sign: format.signText(isNegative: isNegative) + prefix, digits: digits)
    }
}
