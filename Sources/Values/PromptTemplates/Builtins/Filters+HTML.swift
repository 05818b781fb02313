// SPDX-License-Identifier: Apache-2.0

extension Value {
    /// The string with what HTML reserves escaped, unless it is safe already.
    func escaped() -> String {
        switch self {
        case .string(let text): text.escapedForHTML
        case .markup(let text): text
        default: ""
        }
    }
}

extension String {
    var escapedForHTML: String {
        guard self.utf8.contains(where: { [0x26, 0x3C, 0x3E, 0x22, 0x27].contains($0) }) else { return self }
        var result = ""
        for scalar in self.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&#34;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Renderer {
    func escape(_ value: Value) throws -> String {
        if case .markup(let text) = value { return text }
        let text = try value.text()
        try self.charge(bytes: text.utf8.count)
        return text.escapedForHTML
    }
}

extension BuiltinFilter {
    static let html: [BuiltinFilter] = [
        BuiltinFilter("escape") { .markup(try $0.renderer.escape($0.value)) },
        BuiltinFilter("forceescape") { .markup(try $0.value.text().escapedForHTML) },
        BuiltinFilter("safe") { .markup(try $0.value.text()) },
        BuiltinFilter("striptags") { .string(HTMLText.stripTags(try $0.value.text())) },
        BuiltinFilter("urlencode") { try HTMLText.urlEncode($0) },
        BuiltinFilter("urlize", ["trim_url_limit", "nofollow", "target", "rel", "extra_schemes"]) {
            try Urlizer.urlize($0)
        },
        BuiltinFilter("xmlattr", ["autospace"]) { call in
            guard case .dict(let dict) = call.value else {
                if case .undefined(let undefined) = call.value { throw undefined.failure }
                throw TemplateFailure.type("The filter 'xmlattr' needs a mapping, not '\(call.value.typeName)'.")
            }
            var parts: [String] = []
            for (key, value) in dict.pairs where !value.isNone && !value.isUndefined {
                guard let name = key.stringValue else {
                    throw TemplateFailure.type("expected string or bytes-like object")
                }
                guard !name.unicodeScalars.contains(where: { " \t\n\u{c}\r\u{b}/>=".unicodeScalars.contains($0) })
                else {
                    throw TemplateFailure.value("Invalid character in attribute name: \(name.pythonQuoted)")
                }
                parts.append("\(try call.renderer.escape(key))=\"\(try call.renderer.escape(value))\"")
            }
            var result = parts.joined(separator: " ")
            if try call.flag(0, default: true), !result.isEmpty { result = " " + result }
            return call.escapes ? .markup(result) : .string(result)
        },
    ]
}

enum HTMLText {
    /// Removes comments and tags, collapses white space and resolves character references.
    static func stripTags(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        scalars = self.removing(scalars, from: Array("<!--".unicodeScalars), to: Array("-->".unicodeScalars))
        scalars = self.removing(scalars, from: ["<"], to: [">"])
        return self.unescape(String(scalars).splitAtSpace().joined(separator: " "))
    }

    private static func removing(
        _ text: [Unicode.Scalar], from open: [Unicode.Scalar], to close: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        func find(_ part: [Unicode.Scalar], from start: Int) -> Int? {
            guard text.count >= part.count, start <= text.count - part.count else { return nil }
            return (start...(text.count - part.count)).first { text[$0..<$0 + part.count].elementsEqual(part) }
        }
        var result: [Unicode.Scalar] = []
        var position = 0
        while let start = find(open, from: position), let end = find(close, from: start) {
            result += text[position..<start]
            position = end + close.count
        }
        return result + text[position...]
    }

    /// Resolves numeric references and the named ones that are in common use.
    static func unescape(_ text: String) -> String {
        let parts = text.split(at: "&", limit: -1)
        var result = parts[0]
        for part in parts.dropFirst() {
            guard let end = part.unicodeScalars.firstIndex(of: ";"),
                let character = self.character(String(part.unicodeScalars[..<end]))
            else {
                result += "&" + part
                continue
            }
            result += character
            result += String(part.unicodeScalars[part.unicodeScalars.index(after: end)...])
        }
        return result
    }

    private static func character(_ name: String) -> String? {
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let value =
                digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let value else { return nil }
            return value == 0 ? "\u{FFFD}" : String(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        let named = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{a0}", "copy": "©", "reg": "®",
            "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "laquo": "«", "raquo": "»", "lsquo": "‘",
            "rsquo": "’", "ldquo": "“", "rdquo": "”", "bull": "•", "middot": "·", "euro": "€", "pound": "£", "yen": "¥",
            "cent": "¢", "sect": "§", "para": "¶", "deg": "°", "plusmn": "±", "times": "×", "divide": "÷",
            "larr": "←", "rarr": "→", "uarr": "↑", "darr": "↓", "auml": "ä", "ouml": "ö", "uuml": "ü", "szlig": "ß",
            "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "eacute": "é", "egrave": "è", "agrave": "à", "ccedil": "ç",
            "ntilde": "ñ", "iexcl": "¡", "iquest": "¿", "frac12": "½", "frac14": "¼", "frac34": "¾", "micro": "µ",
        ]
        return named[name]
    }

    static func urlEncode(_ call: FilterCall) throws -> Value {
        func quote(_ value: Value, forQuery: Bool) throws -> String {
            let text = try value.text()
            try call.renderer.charge(bytes: text.utf8.count, times: 3)
            return self.percentEncode(text, forQuery: forQuery)
        }
        let pairs: [Value]
        switch call.value {
        case .dict(let dict): pairs = dict.pairs.map { .tuple([$0, $1]) }
        case .string, .markup: return .string(try quote(call.value, forQuery: false))
        default:
            guard let iterator = try call.value.iterator() else {
                return .string(try quote(call.value, forQuery: false))
            }
            pairs = try iterator.rest()
        }
        let parts = try pairs.map { pair in
            let elements = try pair.elements()
            guard elements.count == 2 else { throw TemplateFailure.value("urlencode needs pairs of key and value") }
            return try quote(elements[0], forQuery: true) + "=" + quote(elements[1], forQuery: true)
        }
        return .string(parts.joined(separator: "&"))
    }

    static func percentEncode(_ text: String, forQuery: Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.isPythonWord || "-.~".unicodeScalars.contains(scalar) || scalar == "/" && !forQuery
            {
                result.unicodeScalars.append(scalar)
            } else if scalar == " ", forQuery {
                result += "+"
            } else {
                result += "%" + scalar.hex(digits: 2).uppercased()
            }
        }
        return result
    }
}
