// SPDX-License-Identifier: Apache-2.0

/// URIs of RFC 3986, and IRIs of RFC 3987 where they are international.
struct URIFormat {
    let isInternational: Bool

    private typealias Scalars = ArraySlice<Unicode.Scalar>

    func accepts(_ text: String, isReference: Bool) -> Bool {
        var rest = Array(text.unicodeScalars)[...]
        if let fragment = Self.cut(&rest, at: "#"), !self.isQuery(fragment, mayBePrivate: false) { return false }
        if let query = Self.cut(&rest, at: "?"), !self.isQuery(query, mayBePrivate: true) { return false }
        if let scheme = Self.scheme(of: rest) {
            rest = rest.dropFirst(scheme + 1)
        } else {
            // Without a scheme, the first segment must not look like one.
            let segment = rest.prefix { $0 != "/" }
            guard isReference, !segment.contains(":") else { return false }
        }
        guard rest.starts(with: ["/", "/"]) else { return self.isPath(rest) }
        rest = rest.dropFirst(2)
        let authority = rest.prefix { $0 != "/" }
        return self.isAuthority(authority) && self.isPath(rest.dropFirst(authority.count))
    }

    /// Takes what stands behind the first such scalar off the end.
    private static func cut(_ text: inout Scalars, at separator: Unicode.Scalar) -> Scalars? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        defer { text = text[..<index] }
        return text[(index + 1)...]
    }

    private static func scheme(of text: Scalars) -> Int? {
        let scheme = text.prefix { $0 != ":" }
        guard scheme.count < text.count, let first = scheme.first, first.isASCIILetter,
            scheme.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || ["+", "-", "."].contains($0) })
        else { return nil }
        return scheme.count
    }

    private func isAuthority(_ text: Scalars) -> Bool {
        var host = text
        if let at = text.lastIndex(of: "@") {
            guard self.consists(text[..<at], of: ":") else { return false }
            host = text[(at + 1)...]
        }
        if host.first == "[" {
            guard let end = host.lastIndex(of: "]") else { return false }
            return Self.isAddress(host[(host.startIndex + 1)..<end]) && Self.isPort(host[(end + 1)...])
        }
        let name = host.prefix { $0 != ":" }
        return self.consists(name, of: "") && Self.isPort(host.dropFirst(name.count))
    }

    private static func isPort(_ text: Scalars) -> Bool {
        text.isEmpty || (text.first == ":" && text.dropFirst().allSatisfy(\.isASCIIDigit))
    }

    /// An IPv6 address or one of a future version, inside brackets.
    private static func isAddress(_ text: Scalars) -> Bool {
        guard text.allSatisfy(\.isASCII) else { return false }
        let bytes = text.map { UInt8($0.value) }
        guard let first = bytes.first, first | 0x20 == UInt8(ascii: "v") else { return AddressFormats.isIPv6(bytes) }
        let parts = bytes.dropFirst().split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[0].allSatisfy(\.isHexDigit) && !parts[1].isEmpty
            && parts[1].allSatisfy { Unicode.Scalar($0).isURICharacter || $0 == UInt8(ascii: ":") }
    }

    private func isPath(_ text: Scalars) -> Bool { self.consists(text, of: "/:@") }

    private func isQuery(_ text: Scalars, mayBePrivate: Bool) -> Bool {
        self.consists(text, of: "/?:@", mayBePrivate: mayBePrivate)
    }

    /// Whether a text has only unreserved characters, sub-delimiters, percent-encodings and those given.
    private func consists(_ text: Scalars, of others: String, mayBePrivate: Bool = false) -> Bool {
        var rest = text
        while let scalar = rest.popFirst() {
            if scalar == "%" {
                guard rest.popFirst()?.isASCIIHexDigit == true, rest.popFirst()?.isASCIIHexDigit == true else {
                    return false
                }
            } else if scalar.isASCII {
                guard scalar.isURICharacter || others.unicodeScalars.contains(scalar) else { return false }
            } else {
                let isAllowed = scalar.isInternational || (mayBePrivate && scalar.isPrivate)
                guard self.isInternational, isAllowed else { return false }
            }
        }
        return true
    }
}

extension Unicode.Scalar {
    var isASCIILetter: Bool { self.isASCII && UInt8(self.value).isLetter }
    var isASCIIDigit: Bool { self.isASCII && UInt8(self.value).isDigit }
    var isASCIIHexDigit: Bool { self.isASCII && UInt8(self.value).isHexDigit }

    /// Whether this is an unreserved character or a sub-delimiter of RFC 3986.
    fileprivate var isURICharacter: Bool {
        self.isASCIILetter || self.isASCIIDigit || "-._~!$&'()*+,;=".unicodeScalars.contains(self)
    }

    /// Whether RFC 3987 counts this among `ucschar`.
    fileprivate var isInternational: Bool {
        switch self.value {
        case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
        case 0x10000...0xDFFFF: self.value & 0xFFFF <= 0xFFFD
        case 0xE1000...0xEFFFD: true
        default: false
        }
    }

    /// Whether RFC 3987 counts this among `iprivate`.
    fileprivate var isPrivate: Bool {
        switch self.value {
        case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: true
        default: false
        }
    }
}
