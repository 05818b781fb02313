// SPDX-License-Identifier: Apache-2.0

/// Python's format specification, `[[fill]align][sign][z][#][0][width][,][.precision][type]`.
struct NumberFormat {
    var fill: Unicode.Scalar = " "
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar?
    var isAlternate = false
    var width = 0
    var grouping: Unicode.Scalar?
    var precision: Int?
    var kind: Unicode.Scalar?

    init() {}

    init(parsing text: String) throws {
        var scalars = Array(text.unicodeScalars)[...]
        let alignments: Set<Unicode.Scalar> = ["<", ">", "=", "^"]
        var hasFill = false
        if scalars.count > 1, alignments.contains(scalars[scalars.startIndex + 1]) {
            self.fill = scalars.removeFirst()
            self.alignment = scalars.removeFirst()
            hasFill = true
        } else if let first = scalars.first, alignments.contains(first) {
            self.alignment = scalars.removeFirst()
        }
        if let first = scalars.first, ["+", "-", " "].contains(first) { self.sign = scalars.removeFirst() }
        if scalars.first == "#" {
            self.isAlternate = true
            scalars.removeFirst()
        }
        if scalars.first == "0" {
            if !hasFill { self.fill = "0" }
            if self.alignment == nil { self.alignment = "=" }
            scalars.removeFirst()
        }
        self.width = try Self.digits(&scalars) ?? 0
        if let first = scalars.first, first == "," || first == "_" { self.grouping = scalars.removeFirst() }
        if scalars.first == "." {
            scalars.removeFirst()
            guard let precision = try Self.digits(&scalars) else {
                throw TemplateFailure.value("Format specifier missing precision")
            }
            self.precision = precision
        }
        self.kind = scalars.popFirst()
        guard scalars.isEmpty else { throw TemplateFailure.value("Invalid format specifier '\(text)'") }
    }

    private static func digits(_ scalars: inout ArraySlice<Unicode.Scalar>) throws -> Int? {
        let digits = scalars.prefix { (0x30...0x39).contains($0.value) }
        if digits.isEmpty { return nil }
        scalars.removeFirst(digits.count)
        guard let value = Int(String(digits)), value <= 1 << 24 else {
            throw TemplateFailure.limit("The width or precision of a format is too large.")
        }
        return value
    }

    func format(_ value: Value, _ renderer: Renderer) throws -> String {
        try renderer.charge(bytes: max(self.width, self.precision ?? 0))
        switch value {
        case .string(let text), .markup(let text): return try self.format(string: text)
        case .int, .bool: return try self.format(integer: value.indexValue ?? 0)
        case .float(let number): return try self.format(number)
        default: throw TemplateFailure.type("unsupported format string passed to \(value.typeName).__format__")
        }
    }

    /// Refuses a separator of thousands that the kind cannot have.
    private func checkGrouping(_ kinds: String) throws {
        guard let separator = self.grouping, let kind = self.kind else { return }
        guard kinds.unicodeScalars.contains(kind) || separator == "_" && "boxX".unicodeScalars.contains(kind) else {
            throw TemplateFailure.value("Cannot specify '\(separator)' with '\(kind)'.")
        }
    }

    private func unknownKind(_ type: String) -> TemplateFailure {
        TemplateFailure.value(
            "Unknown format code '\(self.kind.map { String($0) } ?? "")' for object of type '\(type)'")
    }

    private func format(string: String) throws -> String {
        guard self.kind == nil || self.kind == "s" else { throw self.unknownKind("str") }
        guard self.grouping == nil, self.sign == nil, !self.isAlternate else {
            throw TemplateFailure.value("Sign, separator and alternate form are not allowed in a string format")
        }
        guard self.alignment != "=" || self.fill == "0" else {
            throw TemplateFailure.value("'=' alignment not allowed in string format specifier")
        }
        let text = self.precision.map { String(string.unicodeScalars.prefix($0)) } ?? string
        var copy = self
        if copy.alignment == "=" { copy.alignment = "<" }
        return copy.pad(text, defaultAlignment: "<")
    }

    private func format(integer: Int) throws -> String {
        try self.checkGrouping("deEfFgG%")
        let prefixes: [Unicode.Scalar: (String, Int)] = [
            "b": ("0b", 2), "o": ("0o", 8), "x": ("0x", 16), "X": ("0X", 16),
        ]
        switch self.kind {
        case nil, "d", "n", "b", "o", "x", "X":
            guard self.precision == nil else {
                throw TemplateFailure.value("Precision not allowed in integer format specifier")
            }
            let (prefix, radix) = self.kind.flatMap { prefixes[$0] } ?? ("", 10)
            let digits = String(integer.magnitude, radix: radix, uppercase: self.kind == "X")
            let sign = self.signText(isNegative: integer < 0) + (self.isAlternate ? prefix : "")
            let grouped = self.group(digits, size: radix == 10 ? 3 : 4, width: self.width - sign.utf8.count)
            return self.pad(sign: sign, digits: grouped)
        case "c":
            guard self.precision == nil, self.sign == nil, !self.isAlternate else {
                throw TemplateFailure.value("Sign, precision and alternate form are not allowed with 'c'")
            }
            guard let scalar = UInt32(exactly: integer).flatMap({ Unicode.Scalar($0) }) else {
                throw TemplateFailure(.overflow, "%c arg not in range(0x110000)")
            }
            return self.pad(String(scalar), defaultAlignment: "<")
        case "e", "E", "f", "F", "g", "G", "%": return try self.format(Double(integer))
        default: throw self.unknownKind("int")
        }
    }

    private func format(_ number: Double) throws -> String {
        try self.checkGrouping("eEfFgG%")
        let magnitude = number.magnitude
        var digits: String
        switch self.kind {
        case nil: digits = self.plain(magnitude)
        case "e", "E", "f", "F":
            digits = CFormat.format(
                magnitude, self.kind.map { Character($0) } ?? "f", precision: self.precision ?? 6,
                keepsPoint: self.isAlternate)
        case "g", "G", "n":
            digits = CFormat.format(
                magnitude, self.kind == "G" ? "G" : "g", precision: max(1, self.precision ?? 6),
                keepsPoint: self.isAlternate)
        case "%":
            digits =
                CFormat.format(magnitude * 100, "f", precision: self.precision ?? 6, keepsPoint: self.isAlternate) + "%"
        default: throw self.unknownKind("float")
        }
        let whole = digits.prefix { $0.isNumber }
        let rest = digits.dropFirst(whole.count)
        let sign = self.signText(isNegative: number.sign == .minus && !number.isNaN)
        digits = self.group(String(whole), size: 3, width: self.width - sign.utf8.count - rest.utf8.count) + rest
        return self.pad(sign: sign, digits: digits)
    }

    /// A number without a kind: as it is printed, or like `g` with at least one digit after the point.
    private func plain(_ magnitude: Double) -> String {
        guard magnitude.isFinite else { return magnitude.pythonDescription }
        guard let precision = self.precision.map({ max(1, $0) }) else {
            let digits = magnitude.pythonDescription
            guard self.isAlternate, !digits.contains("."), let end = digits.firstIndex(of: "e") else { return digits }
            return digits[..<end] + "." + digits[end...]
        }
        let scientific = CFormat.format(magnitude, "e", precision: precision - 1, keepsPoint: true)
        let parts = scientific.split(separator: "e")
        // A number with as many digits before the point as the precision has none left for after it.
        if var mantissa = parts.first, let exponent = parts.last, Int(exponent) == precision - 1 {
            if !self.isAlternate {
                while mantissa.last == "0" { mantissa.removeLast() }
                if mantissa.last == "." { mantissa.removeLast() }
            }
            return "\(mantissa)e\(exponent)"
        }
        let digits = CFormat.format(magnitude, "g", precision: precision, keepsPoint: self.isAlternate)
        return digits.contains(".") || digits.contains("e") ? digits : digits + ".0"
    }

    func signText(isNegative: Bool) -> String {
        isNegative ? "-" : self.sign.map { $0 == "-" ? "" : String($0) } ?? ""
    }

    private func group(_ digits: String, size: Int, width: Int) -> String {
        guard let separator = self.grouping else { return digits }
        var count = digits.utf8.count
        if self.alignment == "=", self.fill == "0", width > 0 {
            // Zeros that fill the width are grouped, too: the fewest digits that reach it with their separators.
            count = max(count, width * size / (size + 1) + 1)
        }
        var result = ""
        let padded = String(repeating: "0", count: count - digits.utf8.count) + digits
        for (index, digit) in padded.unicodeScalars.enumerated() {
            if index > 0, (count - index).isMultiple(of: size) { result.unicodeScalars.append(separator) }
            result.unicodeScalars.append(digit)
        }
        return result
    }

    func pad(sign: String, digits: String) -> String {
        guard self.alignment == "=" else { return self.pad(sign + digits, defaultAlignment: ">") }
        let missing = max(0, self.width - sign.unicodeScalars.count - digits.unicodeScalars.count)
        return sign + String(repeating: String(self.fill), count: missing) + digits
    }

    func pad(_ text: String, defaultAlignment: Unicode.Scalar) -> String {
        let missing = max(0, self.width - text.unicodeScalars.count)
        let left: Int
        switch self.alignment ?? defaultAlignment {
        case "<": left = 0
        case "^": left = missing / 2
        default: left = missing
        }
        return String(repeating: String(self.fill), count: left) + text
            + String(repeating: String(self.fill), count: missing - left)
    }
}
