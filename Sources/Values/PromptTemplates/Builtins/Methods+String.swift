// SPDX-License-Identifier: Apache-2.0

/// The string whose method is called.
struct StringOwner {
    let text: String
    let isMarkup: Bool

    /// A result that is safe in HTML if the owner is.
    func same(_ text: String) -> Value { self.isMarkup ? .markup(text) : .string(text) }

    func list(_ parts: [String]) -> Value { .list(parts.map { self.same($0) }) }
}

extension BuiltinMethods {
    static let string: [String: Body<StringOwner>] = Self.cases.merging(Self.parts) { first, _ in first }
        .merging(Self.searches) { first, _ in first }.merging(Self.questions) { first, _ in first }

    private static func strip(left: Bool, right: Bool) -> Body<StringOwner> {
        { owner, call in
            let characters = try call.some(0, "chars").map { try TextFilters.characters($0, "strip") }
            return owner.same(owner.text.stripped(characters, left: left, right: right))
        }
    }

    private static func pad(_ pad: @escaping @Sendable (String, Int, Unicode.Scalar) -> String) -> Body<StringOwner> {
        { owner, call in
            let width = try call.integer(0, default: 0)
            let fill = call[1] == nil ? " " : try call.string(1)
            guard let scalar = fill.unicodeScalars.first, fill.unicodeScalars.count == 1 else {
                throw TemplateFailure.type("The fill character must be exactly one character long")
            }
            try call.renderer.charge(bytes: max(0, width))
            return owner.same(pad(owner.text, width, scalar))
        }
    }

    private static func padding(_ text: String, _ width: Int, _ fill: Unicode.Scalar) -> String {
        String(repeating: String(fill), count: max(0, max(0, width) - text.unicodeScalars.count))
    }

    private static let cases: [String: Body<StringOwner>] = [
        "upper": { owner, _ in owner.same(owner.text.uppercased()) },
        "lower": { owner, _ in owner.same(owner.text.pythonLowercased) },
        "casefold": { owner, _ in
            owner.same(owner.text.pythonLowercased.split(at: "ß", limit: -1).joined(separator: "ss"))
        },
        "capitalize": { owner, _ in owner.same(owner.text.pythonCapitalized) },
        "title": { owner, _ in owner.same(owner.text.pythonTitled) },
        "swapcase": { owner, _ in
            owner.same(
                owner.text.unicodeScalars.map {
                    $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
                }.joined())
        },
        "strip": Self.strip(left: true, right: true),
        "lstrip": Self.strip(left: true, right: false),
        "rstrip": Self.strip(left: false, right: true),
        "center": Self.pad { $0.centered(width: $1, fill: $2) },
        "ljust": Self.pad { $0 + Self.padding($0, $1, $2) },
        "rjust": Self.pad { Self.padding($0, $1, $2) + $0 },
        "zfill": { owner, call in
            let width = max(0, try call.integer(0, default: 0))
            try call.renderer.charge(bytes: width)
            let sign = owner.text.hasPrefix("-") || owner.text.hasPrefix("+") ? String(owner.text.prefix(1)) : ""
            let zeros = String(repeating: "0", count: max(0, width - owner.text.unicodeScalars.count))
            return owner.same(sign + zeros + owner.text.dropFirst(sign.count))
        },
        "expandtabs": { owner, call in
            let size = try call.integer(0, default: 8)
            try call.renderer.charge(bytes: max(1, size), times: owner.text.utf8.count)
            return owner.same(owner.text.expandingTabs(size))
        },
        "removeprefix": { owner, call in
            let prefix = try call.string(0)
            return owner.same(
                owner.text.utf8.starts(with: prefix.utf8)
                    ? String(owner.text.unicodeScalars.dropFirst(prefix.unicodeScalars.count)) : owner.text)
        },
        "removesuffix": { owner, call in
            let suffix = try call.string(0)
            return owner.same(
                owner.text.utf8.reversed().starts(with: suffix.utf8.reversed())
                    ? String(owner.text.unicodeScalars.dropLast(suffix.unicodeScalars.count)) : owner.text)
        },
    ]

    // MARK: Parts

    private static func split(fromRight: Bool) -> Body<StringOwner> {
        { owner, call in
            let limit = try call.some(1, "maxsplit").map { try call.integer($0) } ?? -1
            try call.renderer.charge(bytes: owner.text.utf8.count)
            guard let separator = call.some(0, "sep") else {
                return owner.list(owner.text.splitAtSpace(limit: limit, fromRight: fromRight))
            }
            guard let text = separator.stringValue else {
                throw TemplateFailure.type("must be str or None, not \(separator.typeName)")
            }
            guard !text.isEmpty else { throw TemplateFailure.value("empty separator") }
            return owner.list(owner.text.split(at: text, limit: limit, fromRight: fromRight))
        }
    }

    private static func partition(fromRight: Bool) -> Body<StringOwner> {
        { owner, call in
            let separator = try call.string(0)
            guard !separator.isEmpty else { throw TemplateFailure.value("empty separator") }
            let parts = owner.text.split(at: separator, limit: 1, fromRight: fromRight)
            let found =
                parts.count == 2
                ? [parts[0], separator, parts[1]]
                : fromRight ? ["", "", owner.text] : [owner.text, "", ""]
            return .tuple(found.map { owner.same($0) })
        }
    }

    private static let parts: [String: Body<StringOwner>] = [
        "split": Self.split(fromRight: false),
        "rsplit": Self.split(fromRight: true),
        "partition": Self.partition(fromRight: false),
        "rpartition": Self.partition(fromRight: true),
        "splitlines": { owner, call in
            let keeps = try (call[0] ?? call.arguments.value("keepends")).map { try call.integer($0) } ?? 0
            return owner.list(owner.text.lines(keepingEnds: keeps != 0))
        },
        "join": { owner, call in
            let parts = try call.required(0).elements()
            try call.renderer.charge(bytes: owner.text.utf8.count, times: parts.count)
            let texts = try parts.enumerated().map { index, part in
                if owner.isMarkup { return try call.renderer.escape(part) }
                guard part.isString else {
                    throw TemplateFailure.type("sequence item \(index): expected str instance, \(part.typeName) found")
                }
                return try part.text()
            }
            let result = texts.joined(separator: owner.text)
            try call.renderer.charge(bytes: result.utf8.count)
            return owner.same(result)
        },
        "replace": { owner, call in
            let count = try call.some(2, "count").map { try call.integer($0) } ?? -1
            let new = try call.string(1)
            let replacement = owner.isMarkup && !(call[1]?.isMarkup ?? false) ? new.escapedForHTML : new
            return owner.same(
                try owner.text.replacing(try call.string(0), with: replacement, count: count, call.renderer))
        },
        "format": { owner, call in
            owner.same(try BraceFormat.format(owner.text, call.arguments, escapes: owner.isMarkup, call.renderer))
        },
        "encode": { owner, _ in throw TemplateFailure.type("Templates have no bytes; 'encode' is not supported.") },
    ]

    // MARK: Searches

    /// Looks for a part between two optional bounds; the result is in code points.
    private static func find(_ owner: StringOwner, _ call: MethodCall, last: Bool) throws -> Int? {
        let part = try call.string(0)
        let (text, start) = try self.bounded(owner.text, call)
        guard let text else { return nil }
        try call.renderer.charge(bytes: text.utf8.count)
        if part.isEmpty { return last ? start + text.unicodeScalars.count : start }
        let offset: Int?
        if last {
            let reversed = String(text.unicodeScalars.reversed())
            offset = reversed.byteOffsets(of: String(part.unicodeScalars.reversed()), limit: 1).first
                .map { text.utf8.count - $0 - part.utf8.count }
        } else {
            offset = text.byteOffsets(of: part, limit: 1).first
        }
        guard let offset else { return nil }
        return start + String(decoding: Array(text.utf8)[..<offset], as: UTF8.self).unicodeScalars.count
    }

    private static func bounded(_ text: String, _ call: MethodCall) throws -> (text: String?, start: Int) {
        guard call[1] != nil || call[2] != nil else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        func bound(_ index: Int, _ fallback: Int) throws -> Int {
            guard let given = call[index], !given.isNone else { return fallback }
            let value = try call.integer(given)
            return max(value < 0 ? value + scalars.count : value, 0)
        }
        let (start, stop) = (try bound(1, 0), min(try bound(2, scalars.count), scalars.count))
        return start <= stop ? (String(scalars[start..<stop]), start) : (nil, start)
    }

    private static func affix(_ matches: @escaping @Sendable (String, String) -> Bool) -> Body<StringOwner> {
        { owner, call in
            let (text, _) = try self.bounded(owner.text, call)
            let wanted = try call.required(0)
            let candidates: [Value]
            if case .tuple(let tuple) = wanted { candidates = tuple.elements } else { candidates = [wanted] }
            for candidate in candidates {
                guard let affix = candidate.stringValue else {
                    throw TemplateFailure.type(
                        "\(call.name) first arg must be str or a tuple of str, not \(candidate.typeName)")
                }
                if let text, matches(text, affix) { return .bool(true) }
            }
            return .bool(false)
        }
    }

    private static let searches: [String: Body<StringOwner>] = [
        "startswith": Self.affix { $0.utf8.starts(with: $1.utf8) },
        "endswith": Self.affix { $0.utf8.reversed().starts(with: $1.utf8.reversed()) },
        "find": { owner, call in .int(try Self.find(owner, call, last: false) ?? -1) },
        "rfind": { owner, call in .int(try Self.find(owner, call, last: true) ?? -1) },
        "index": { owner, call in
            guard let found = try Self.find(owner, call, last: false) else {
                throw TemplateFailure.value("substring not found")
            }
            return .int(found)
        },
        "rindex": { owner, call in
            guard let found = try Self.find(owner, call, last: true) else {
                throw TemplateFailure.value("substring not found")
            }
            return .int(found)
        },
        "count": { owner, call in
            let part = try call.string(0)
            guard let text = try Self.bounded(owner.text, call).text else { return .int(0) }
            return .int(part.isEmpty ? text.unicodeScalars.count + 1 : text.byteOffsets(of: part).count)
        },
    ]

    // MARK: Questions

    private static func all(_ holds: @escaping @Sendable (Unicode.Scalar) -> Bool) -> Body<StringOwner> {
        { owner, _ in .bool(!owner.text.isEmpty && owner.text.unicodeScalars.allSatisfy(holds)) }
    }

    private static let questions: [String: Body<StringOwner>] = [
        "isdigit": Self.all { [.decimal, .digit].contains($0.properties.numericType) },
        "isdecimal": Self.all { $0.properties.numericType == .decimal },
        "isnumeric": Self.all { $0.properties.numericType != nil },
        "isalpha": Self.all(\.isPythonAlpha),
        "isalnum": Self.all { $0.isPythonAlpha || $0.properties.numericType != nil },
        "isspace": Self.all(\.isPythonSpace),
        "isascii": { owner, _ in .bool(owner.text.unicodeScalars.allSatisfy(\.isASCII)) },
        "isprintable": { owner, _ in .bool(owner.text.unicodeScalars.allSatisfy(\.isPythonPrintable)) },
        "isidentifier": { owner, _ in
            let first = owner.text.unicodeScalars.first
            let rest = owner.text.unicodeScalars.dropFirst()
            return .bool(
                first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
                    && rest.allSatisfy(\.properties.isXIDContinue))
        },
        "islower": { owner, _ in
            .bool(
                owner.text.unicodeScalars.contains(where: \.properties.isLowercase)
                    && !owner.text.unicodeScalars.contains(where: \.properties.isUppercase))
        },
        "isupper": { owner, _ in
            .bool(
                owner.text.unicodeScalars.contains(where: \.properties.isUppercase)
                    && !owner.text.unicodeScalars.contains(where: \.properties.isLowercase))
        },
        "istitle": { owner, _ in
            .bool(
                owner.text.unicodeScalars.contains(where: \.properties.isCased)
                    && owner.text.pythonTitled.hasSameCodePoints(as: owner.text))
        },
    ]
}

extension String {
    func expandingTabs(_ size: Int) -> String {
        var result = ""
        var column = 0
        for scalar in self.unicodeScalars {
            if scalar == "\t" {
                let width = size > 0 ? size - column % size : 0
                result += String(repeating: " ", count: width)
                column += width
            } else {
                result.unicodeScalars.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return result
    }
}
