// SPDX-License-Identifier: Apache-2.0

/// Mailboxes of RFC 5321, and of RFC 6531 where they are international.
struct EmailFormat {
    let isInternational: Bool

    func accepts(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let at = scalars.lastIndex(of: "@") else { return false }
        let (local, domain) = (scalars[..<at], scalars[(at + 1)...])
        let length = local.reduce(0) { $0 + UTF8.width($1) }
        return (1...64).contains(length) && self.isLocalPart(local) && self.isDomain(domain)
    }

    private func isLocalPart(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        if part.first == "\"" {
            return part.count >= 2 && part.last == "\"" && self.isQuoted(part.dropFirst().dropLast())
        }
        return part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy(self.isAtomCharacter)
        }
    }

    private func isAtomCharacter(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return self.isInternational }
        let byte = UInt8(scalar.value)
        return byte.isLetter || byte.isDigit || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
    }

    private func isQuoted(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var isEscaped = false
        for scalar in text {
            guard scalar.isASCII ? (0x20...0x7E).contains(scalar.value) : self.isInternational else { return false }
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                return false
            }
        }
        return !isEscaped
    }

    private func isDomain(_ domain: ArraySlice<Unicode.Scalar>) -> Bool {
        guard domain.first == "[" else { return self.isName(domain) }
        guard domain.last == "]", domain.allSatisfy(\.isASCII) else { return false }
        let literal = domain.dropFirst().dropLast().map { UInt8($0.value) }
        let tag = Array("IPv6:".utf8)
        return literal.starts(with: tag)
            ? AddressFormats.isIPv6(literal.dropFirst(tag.count)) : AddressFormats.isIPv4(literal)
    }

    /// Names are compared after normalisation, so that a decomposed one is a name, too.
    private func isName(_ domain: ArraySlice<Unicode.Scalar>) -> Bool {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: domain)
        let name = String(text)
        guard self.isInternational else { return HostnameFormat(isInternational: false).accepts(name) }
        return HostnameFormat(isInternational: true).accepts(name.normalized)
    }
}
