// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A URL that leaves nothing to interpretation: every part is in the one form that all readers understand alike.
///
/// Tricks that work because two readers see two hosts (backslashes, user names, unusual numbers, control characters)
/// fail here, before anything is looked up.
package struct WebURL: Sendable, Hashable {
    /// `http` or `https`.
    package let scheme: String
    /// A name in small letters, or an address without brackets.
    package let host: String
    /// The port; nil is the scheme's own.
    package let port: Int?
    /// Path and query, beginning with a slash.
    package let target: String

    /// The most bytes of a URL.
    private static let maximumLength = 4096

    /// Reads a URL.
    ///
    /// - Throws: ``TransportError`` with code `.refusedAddress` that says what is wrong, without repeating the URL.
    package init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumLength else { throw Self.refusal("is longer than 4096 bytes") }
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !Self.forbidden.contains($0) }) else {
            throw Self.refusal(
                "has characters that a URL must escape, such as spaces, backslashes or letters beyond ASCII")
        }
        guard let colon = text.firstRange(of: "://") else {
            throw Self.refusal("does not begin with https:// or http://")
        }
        self.scheme = text[..<colon.lowerBound].lowercased()
        guard ["http", "https"].contains(self.scheme) else { throw Self.refusal("is neither https nor http") }
        let rest = text[colon.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
        guard !authority.contains("@") else { throw Self.refusal("names a user; leave that out") }
        (self.host, self.port) = try Self.hostAndPort(authority)
    }

    /// Follows a `Location` header.
    func following(_ location: String) throws -> WebURL {
        if location.hasPrefix("//") { return try WebURL("\(self.scheme):\(location)") }
        if location.hasPrefix("/") { return try WebURL("\(self.scheme)://\(self.authority)\(location)") }
        guard location.contains("://") else { throw Self.refusal("is redirected to no whole URL") }
        return try WebURL(location)
    }

    /// The URL as it is asked for.
    package var text: String { "\(self.scheme)://\(self.authority)\(self.target)" }

    /// The host if it is written as an address.
    var address: IPAddress? { IPAddress(self.host) }

    private var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port.map { "\(host):\($0)" } ?? host
    }

    /// Bytes that some readers take for others, or that no URL may hold.
    private static let forbidden = Set("\\\"<>^`{|}".utf8)

    private static func hostAndPort(_ authority: Substring) throws -> (String, Int?) {
        var host = authority
        var port: Int?
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        if let colon = authority[(end ?? authority.startIndex)...].firstIndex(of: ":") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard digits.count <= 5, digits.allSatisfy(\.isNumber), let number = UInt16(digits), number > 0 else {
                throw Self.refusal("has a port that is no number from 1 to 65535")
            }
            port = Int(number)
        }
        if host.hasPrefix("[") {
            let inside = String(host.dropFirst().dropLast())
            guard host.hasSuffix("]"), inside.contains(":"), IPAddress(inside) != nil else {
                throw Self.refusal("has brackets around what is no address of version 6")
            }
            return (inside, port)
        }
        return (try Self.name(host), port)
    }

    /// A host that is a name, or four decimal numbers.
    private static func name(_ host: Substring) throws -> String {
        let name = host.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isLabel = { (label: Substring) in
            1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        }
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel) else {
            throw Self.refusal("has a host that is no name")
        }
        // What ends in a number is read as an address by some: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
        if let last = labels.last, last.allSatisfy(\.isNumber) || last.hasPrefix("0x"), IPAddress(name) == nil {
            throw Self.refusal("has a host that is neither a name nor four decimal numbers")
        }
        return name
    }

    private static func refusal(_ problem: String) -> TransportError {
        TransportError(.refusedAddress, "The URL is not allowed: it \(problem).")
    }
}
