// SPDX-License-Identifier: Apache-2.0

/// An address of HTTP: server, path and query.
struct HubURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    let scheme: String
    /// The server and, where it is written, its port; in lower case.
    let authority: String
    /// The path and the query, beginning with `/`.
    let path: String

    /// Reads an address; nil when it is none of HTTP, or names a user.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }), let mark = text.firstRange(of: "://") else {
            return nil
        }
        self.scheme = text[..<mark.lowerBound].lowercased()
        guard self.scheme == "https" || self.scheme == "http" else { return nil }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        self.authority = rest[..<end].lowercased()
        guard !self.authority.isEmpty, !self.authority.contains("@"), !self.authority.contains("\\") else { return nil }
        let path = rest[end...].prefix { $0 != "#" }
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
    }

    /// The address of a redirect from here; nil when it is none.
    func following(_ location: String) -> HubURL? {
        if location.hasPrefix("//") { return HubURL("\(self.scheme):\(location)") }
        if location.hasPrefix("/") { return HubURL("\(self.scheme)://\(self.authority)\(location)") }
        if location.contains("://") { return HubURL(location) }
        let folder = self.path.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return HubURL("\(self.scheme)://\(self.authority)\(folder.joined(separator: "/"))/\(location)")
    }

    /// Whether another address belongs to the same server, port and protocol.
    func isSameServer(as other: HubURL) -> Bool { self.scheme == other.scheme && self.authority == other.authority }

    /// Whether the server is this machine.
    var isLocal: Bool {
        let host =
            self.authority.hasPrefix("[") ? self.authority.prefix { $0 != "]" } : self.authority.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.") || host == "[::1"
    }

    var description: String { "\(self.scheme)://\(self.authority)\(self.path)" }

    /// A part of a path with everything escaped that means something in an address.
    static func escaped(_ text: String, keeping kept: String = "") -> String {
        text.utf8.reduce(into: "") { result, byte in
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80,
                character.isLetter || character.isNumber || "-._~".contains(character) || kept.contains(character)
            {
                result.append(character)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
    }
}
