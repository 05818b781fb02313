// SPDX-License-Identifier: Apache-2.0

extension BuiltinFilter {
    /// Applies a change to a string and keeps it safe in HTML if it was.
    private static func change(_ name: String, _ change: @escaping @Sendable (String) -> String) -> BuiltinFilter {
        BuiltinFilter(name) { call in
            let value = try call.softString()
            let text = try value.text()
            try call.renderer.charge(bytes: text.utf8.count)
            return value.sameKind(change(text))
        }
    }

    static let text: [BuiltinFilter] = [
        Self.change("upper") { $0.uppercased() },
        Self.change("lower") { $0.pythonLowercased },
        Self.change("capitalize") { $0.pythonCapitalized },
        BuiltinFilter("title") { call in
            let text = try call.softString().text()
            try call.renderer.charge(bytes: text.utf8.count)
            return .string(TextFilters.title(text))
        },
        BuiltinFilter("trim", ["chars"]) { call in
            let value = try call.softString()
            let characters = try call.some(0).map { try TextFilters.characters($0, "strip") }
            return value.sameKind(try value.text().stripped(characters))
        },
        BuiltinFilter("center", ["width"]) { call in
            let width = try call.integer(0, default: 80)
            try call.renderer.charge(bytes: max(0, width))
            let value = try call.softString()
            return value.sameKind(try value.text().centered(width: width))
        },
        BuiltinFilter("indent", ["width", "first", "blank"]) { try TextFilters.indent($0) },
        BuiltinFilter("truncate", ["length", "killwords", "end", "leeway"]) { try TextFilters.truncate($0) },
        BuiltinFilter("wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"]) {
            try TextFilters.wordwrap($0)
        },
        BuiltinFilter("wordcount") { call in
            var count = 0
            var inWord = false
            for scalar in try call.softString().text().unicodeScalars {
                if scalar.isPythonWord, !inWord { count += 1 }
                inWord = scalar.isPythonWord
            }
            return .int(count)
        },
        BuiltinFilter("replace", ["old", "new", "count"], required: 2) { try TextFilters.replace($0) },
        BuiltinFilter("format", takesAny: true) { call in
            guard call.raw.positional.isEmpty || call.raw.keyword.isEmpty else {
                throw call.invalid("can't handle positional and keyword arguments at the same time")
            }
            let value = try call.softString()
            let operand: Value =
                call.raw.keyword.isEmpty
                ? .tuple(call.raw.positional)
                : .dict(DictValue(strings: call.raw.keyword.map { (key: $0.name, value: $0.value) }))
            return try value.apply(.modulo, operand, call.renderer)
        },
    ]
}

enum TextFilters {
    /// The characters to strip.
    static func characters(_ value: Value, _ function: String) throws -> Set<Unicode.Scalar> {
        guard let text = value.stringValue else {
            throw TemplateFailure.type("\(function) arg must be None or str")
        }
        return Set(text.unicodeScalars)
    }

    static func title(_ text: String) -> String {
        var result = ""
        var word = ""
        func flush() {
            guard let first = word.unicodeScalars.first else { return }
            result += String(first).uppercased()
            result += String(word.unicodeScalars.dropFirst()).pythonLowercased
            word = ""
        }
        for scalar in text.unicodeScalars {
            if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
                flush()
                result.unicodeScalars.append(scalar)
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }

    static func indent(_ call: FilterCall) throws -> Value {
        guard let text = call.value.stringValue else {
            if case .undefined(let undefined) = call.value { throw undefined.failure }
            throw TemplateFailure.type("The filter 'indent' needs a string, not '\(call.value.typeName)'.")
        }
        let indentation: String
        if let given = call[0]?.stringValue {
            indentation = given
        } else {
            let width = try call.integer(0, default: 4)
            try call.renderer.charge(bytes: max(0, width))
            indentation = String(repeating: " ", count: max(0, width))
        }
        let (first, blank) = (try call.flag(1), try call.flag(2))
        let lines = (text + "\n").pythonLines
        try call.renderer.charge(bytes: indentation.utf8.count, times: lines.count)
        try call.renderer.charge(bytes: text.utf8.count)
        var result = first ? indentation : ""
        for (index, line) in lines.enumerated() {
            if index > 0 { result += blank || !line.isEmpty ? "\n" + indentation : "\n" }
            result += line
        }
        return call.value.sameKind(result)
    }

    static func truncate(_ call: FilterCall) throws -> Value {
        let end = try call.text(2, default: "...")
        let length = try call.integer(0, default: 255)
        let leeway = try call.some(3).map { try call.integer($0) } ?? 5
        let endLength = end.unicodeScalars.count
        guard length >= endLength else {
            throw TemplateFailure(.invalidArgument, "expected length >= \(endLength), got \(length)")
        }
        guard leeway >= 0 else { throw TemplateFailure(.invalidArgument, "expected leeway >= 0, got \(leeway)") }
        guard let text = call.value.stringValue else {
            if let count = try call.value.count(), count - leeway <= length { return call.value }
            throw TemplateFailure.type("object of type '\(call.value.typeName)' cannot be truncated")
        }
        let scalars = Array(text.unicodeScalars)
        if scalars.count - leeway <= length { return call.value }
        var kept = scalars.prefix(length - endLength)
        if try !call.flag(1), let space = kept.lastIndex(of: " ") { kept = kept[..<space] }
        return call.value.sameKind(String(String.UnicodeScalarView(kept)) + end)
    }

    static func wordwrap(_ call: FilterCall) throws -> Value {
        guard let text = call.value.stringValue else {
            if case .undefined(let undefined) = call.value { throw undefined.failure }
            throw TemplateFailure.type("The filter 'wordwrap' needs a string, not '\(call.value.typeName)'.")
        }
        let separator = try call.some(2)?.text() ?? "\n"
        let wrapper = TextWrapper(
            width: try call.integer(0, default: 79), breaksLongWords: try call.flag(1, default: true),
            breaksOnHyphens: try call.flag(3, default: true))
        try call.renderer.charge(bytes: text.utf8.count, times: 8)
        let lines = try text.pythonLines.map { try wrapper.wrap($0).joined(separator: separator) }
        let result = lines.joined(separator: separator)
        try call.renderer.charge(bytes: result.utf8.count)
        return .string(result)
    }

    static func replace(_ call: FilterCall) throws -> Value {
        let count = try call.some(2).map { try call.integer($0) } ?? -1
        guard call.escapes else {
            return .string(
                try call.value.text().replacing(
                    try call.text(0), with: try call.text(1), count: count, call.renderer))
        }
        let old = call[0] ?? .string("")
        let new = call[1] ?? .string("")
        var value = try call.softString()
        if old.isMarkup || new.isMarkup && !value.isMarkup { value = .markup(try call.renderer.escape(value)) }
        guard value.isMarkup else {
            return .string(
                try value.text().replacing(try old.text(), with: try new.text(), count: count, call.renderer))
        }
        return .markup(
            try value.text().replacing(
                try call.renderer.escape(old), with: try call.renderer.escape(new), count: count, call.renderer))
    }
}
