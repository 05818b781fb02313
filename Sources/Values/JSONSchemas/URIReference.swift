// SPDX-License-Identifier: Apache-2.0

/// The little of RFC 3986 that references between schemas need.
package enum URIReference {
    /// Splits off the fragment.
    package static func split(_ uri: String) -> (uri: String, fragment: String?) {
        guard let hash = uri.firstIndex(of: "#") else { return (uri, nil) }
        return (String(uri[..<hash]), String(uri[uri.index(after: hash)...]))
    }

    /// Resolves a reference against a base (RFC 3986, section 5.2), fragment included.
    package static func resolve(_ reference: String, base: String) -> String {
        if reference.isEmpty || reference.hasPrefix("#") { return self.split(base).uri + reference }
        if self.scheme(of: reference) != nil { return reference }
        guard let scheme = self.scheme(of: base) else {
            return reference.hasPrefix("/") ? reference : self.merge(reference, into: self.split(base).uri)
        }
        let rest = self.split(base).uri.dropFirst(scheme.count + 1)
        if reference.hasPrefix("//") { return "\(scheme):\(reference)" }
        guard rest.hasPrefix("//") else { return "\(scheme):" + self.merge(reference, into: String(rest)) }
        let pathStart = rest.dropFirst(2).firstIndex(of: "/") ?? rest.endIndex
        let authority = "\(scheme):\(rest[..<pathStart])"
        let path = reference.hasPrefix("/") ? reference : self.merge(reference, into: String(rest[pathStart...]))
        return authority + (path.hasPrefix("/") ? path : "/" + path)
    }

    /// Undoes percent-encoding; what is no UTF-8 afterwards stays as it was.
    package static func decodePercents(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var bytes = [UInt8]()
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? text
    }

    private static func scheme(of uri: String) -> Substring? {
        guard let colon = uri.firstIndex(of: ":"), let first = uri.first, first.isASCII, first.isLetter else {
            return nil
        }
        let scheme = uri[..<colon]
        let isScheme = scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return isScheme ? scheme : nil
    }

    private static func merge(_ reference: String, into basePath: String) -> String {
        let folder = basePath.lastIndex(of: "/").map { basePath[...$0] } ?? ""
        var segments = [Substring]()
        let path = folder + reference
        for segment in path.split(separator: "/", omittingEmptySubsequences: false) {
            switch segment {
            case ".": break
            case "..": if segments.count > 1 { segments.removeLast() }
            default: segments.append(segment)
            }
        }
        return segments.joined(separator: "/")
    }
}
