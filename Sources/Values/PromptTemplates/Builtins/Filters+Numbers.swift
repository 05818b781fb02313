// SPDX-License-Identifier: Apache-2.0

extension BuiltinFilter {
    static let numbers: [BuiltinFilter] = [
        BuiltinFilter("abs") { call in
            switch call.value.number {
            case .int(let value): return value < 0 ? try call.value.negated() : .int(value)
            case .float(let value): return .float(value.magnitude)
            case nil:
                throw TemplateFailure.type("bad operand type for abs(): '\(call.value.typeName)'")
            }
        },
        BuiltinFilter("round", ["precision", "method"]) { try NumberFilters.round($0) },
        BuiltinFilter("int", ["default", "base"]) { try NumberFilters.int($0) },
        BuiltinFilter("float", ["default"]) { call in
            let fallback = call[0] ?? .float(0)
            return try NumberFilters.float(call.value).map { .float($0) } ?? fallback
        },
        BuiltinFilter("filesizeformat", ["binary"]) { call in
            guard let bytes = try NumberFilters.float(call.value) else {
                throw call.value.number == nil && !call.value.isString
                    ? TemplateFailure.type(
                        "float() argument must be a string or a real number, not '\(call.value.typeName)'")
                    : TemplateFailure.value("could not convert string to float: \(try call.value.representation())")
            }
            return .string(try NumberFilters.fileSize(bytes, binary: try call.flag(0)))
        },
        BuiltinFilter("sum", ["attribute", "start"]) { call in
            let path = try call.some(0).map { try SequenceFilters.path($0) } ?? []
            var sum = call[1] ?? .int(0)
            if sum.isString { throw TemplateFailure.type("sum() can't sum strings [use ''.join(seq) instead]") }
            let iterator = try call.value.requiredIterator()
            while let element = try iterator.next() {
                try call.renderer.step()
                sum = try sum.apply(.add, try call.renderer.item(path: path, of: element), call.renderer)
            }
            return sum
        },
    ]
}

enum NumberFilters {
    /// Python's `float()`, or nil where it fails with what the filter catches.
    static func float(_ value: Value) throws -> Double? {
        if case .undefined(let undefined) = value { throw undefined.failure }
        if let number = value.number { return number.double }
        return value.stringValue.flatMap { self.parseFloat($0) }
    }

    static func parseFloat(_ text: String) -> Double? {
        let text = text.stripped(nil).withASCIIDigits
        let unsigned = text.lowercased().drop { $0 == "+" || $0 == "-" }
        if text.utf8.count - unsigned.utf8.count <= 1 {
            let sign = text.hasPrefix("-") ? -1.0 : 1.0
            if unsigned == "inf" || unsigned == "infinity" { return sign * .infinity }
            if unsigned == "nan" { return .nan }
        }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE_".utf8.contains($0) }),
            let digits = self.withoutUnderscores(text)
        else { return nil }
        // Python takes `.5` and `5.`, which Swift does not.
        var padded = digits
        if let point = padded.firstIndex(of: ".") {
            let next = padded.index(after: point)
            if next == padded.endIndex || !padded[next].isNumber { padded.insert("0", at: next) }
            if point == padded.startIndex || !padded[padded.index(before: point)].isNumber {
                padded.insert("0", at: point)
            }
        }
        return Double(padded)
    }

    /// Removes underscores that stand between digits; nil if one stands elsewhere.
    private static func withoutUnderscores(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && Unicode.Scalar(bytes[index]).properties.isASCIIHexDigit
        }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard isDigit(index - 1), isDigit(index + 1) else { return nil }
        }
        return text.filter { $0 != "_" }
    }

    /// Python's `int()` of a string, or nil where it fails.
    static func parseInt(_ text: String, base: Int) -> Int? {
        var text = text.stripped(nil).withASCIIDigits.lowercased()
        var sign = ""
        if text.hasPrefix("-") || text.hasPrefix("+") { sign = text.removeFirst() == "-" ? "-" : "" }
        var base = base
        for (prefix, prefixBase) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where text.hasPrefix(prefix) && (base == 0 || base == prefixBase) {
            text.removeFirst(2)
            if text.hasPrefix("_") { text.removeFirst() }
            base = prefixBase
        }
        if base == 0 {
            if text.hasPrefix("0"), text.contains(where: { $0 != "0" && $0 != "_" }) { return nil }
            base = 10
        }
        guard (2...36).contains(base), let digits = self.withoutUnderscores(text), let first = digits.first,
            first != "+" && first != "-"
        else { return nil }
        return Int(sign + digits, radix: base)
    }

    /// Python's `int()` of a number; nil for what the filter catches.
    private static func truncate(_ value: Double) throws -> Int? {
        if value.isNaN || value.isInfinite { return nil }
        guard let whole = Int(exactly: value.rounded(.towardZero)) else {
            throw TemplateFailure(.overflow, "The whole number does not fit 64 bits; use floating point.")
        }
        return whole
    }

    static func int(_ call: FilterCall) throws -> Value {
        let fallback = call[0] ?? .int(0)
        let base = try call.integer(1, default: 10)
        switch call.value {
        case .undefined(let undefined): throw undefined.failure
        case .int, .bool: return .int(call.value.indexValue ?? 0)
        case .float(let value):
            if value.isInfinite { throw TemplateFailure(.overflow, "cannot convert float infinity to integer") }
            return try self.truncate(value).map { .int($0) } ?? fallback
        case .string(let text), .markup(let text):
            if let value = self.parseInt(text, base: base) { return .int(value) }
            guard let float = self.parseFloat(text) else { return fallback }
            return try self.truncate(float).map { .int($0) } ?? fallback
        default: return fallback
        }
    }

    static func round(_ call: FilterCall) throws -> Value {
        let method = try call.text(1, default: "common")
        guard ["common", "ceil", "floor"].contains(method) else {
            throw call.invalid("method must be common, ceil or floor")
        }
        guard let number = call.value.number else {
            throw TemplateFailure.type("type \(call.value.typeName) doesn't define __round__ method")
        }
        guard method != "common" else {
            // `round(x, None)` rounds to a whole number.
            guard let precision = call[0], precision.isNone else {
                return try self.round(number, digits: try call.integer(0, default: 0), call.renderer)
            }
            let rounded = number.double.rounded(.toNearestOrEven)
            return try self.truncate(rounded).map { .int($0) } ?? .none
        }
        let scale = try Value.int(10).apply(.power, call[0] ?? .int(0), call.renderer)
        let scaled = try call.value.apply(.multiply, scale, call.renderer)
        guard let product = scaled.number else { return .none }
        let whole: Value
        switch product {
        case .int(let value): whole = .int(value)
        case .float(let value):
            let rounded = value.rounded(method == "ceil" ? .up : .down)
            guard rounded.isFinite else {
                throw TemplateFailure(.overflow, "cannot convert float infinity to integer")
            }
            whole = Int(exactly: rounded).map { .int($0) } ?? .float(rounded)
        }
        return try whole.apply(.divide, scale, call.renderer)
    }

    private static func round(_ number: Value.Number, digits: Int, _ renderer: Renderer) throws -> Value {
        switch number {
        case .int(let value):
            guard digits < 0 else { return .int(value) }
            guard digits > -19 else { return .int(0) }
            let unit = (0..<(-digits)).reduce(1) { unit, _ in unit * 10 }
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
            let twice = remainder.magnitude * 2
            let roundsAway = twice > unit || twice == unit && quotient % 2 != 0
            return try Value.int(quotient + (roundsAway ? value.signum() : 0)).apply(.multiply, .int(unit), renderer)
        case .float(let value):
            guard value.isFinite else { return .float(value) }
            if digits > 323 { return .float(value) }
            if digits < -308 { return .float(value < 0 ? -0.0 : 0) }
            if digits >= 0 { return .float(Double(CFormat.format(value, "f", precision: digits)) ?? value) }
            let unit = Double("1e\(-digits)") ?? 1
            return .float((value / unit).rounded(.toNearestOrEven) * unit)
        }
    }

    static func fileSize(_ bytes: Double, binary: Bool) throws -> String {
        let base: Double = binary ? 1024 : 1000
        if bytes == 1 { return "1 Byte" }
        if bytes < base {
            guard let whole = try self.truncate(bytes) else {
                throw TemplateFailure(.overflow, "cannot convert float infinity to integer")
            }
            return "\(whole) Bytes"
        }
        if bytes.isNaN { throw TemplateFailure.value("cannot convert float NaN to integer") }
        var unit = base
        let letters = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
        for (index, letter) in letters.enumerated() {
            unit *= base
            if bytes < unit || index == letters.count - 1 {
                let name = binary ? letter.uppercased() + "iB" : letter + "B"
                return CFormat.format(base * bytes / unit, "f", precision: 1) + " " + name
            }
        }
        return ""
    }
}
