// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Where a PostgreSQL database is, and as whom to ask it: `postgresql://user@host:port/database?sslmode=verify-full`.
///
/// It is read here and not by libpq, whose URLs can name other files, services and servers. A password cannot stand in
/// it: `password_env=NAME` or `password_file=PATH` say where it is.
package struct PostgresURL: Sendable, Hashable, CustomStringConvertible {
    /// A name, an address, or the folder of a socket; nil is the system's usual socket.
    package let host: String?
    /// The port; nil is 5432.
    package let port: Int?
    /// As whom; nil is the name of the process's user.
    package let user: String?
    /// Which database; nil has the user's name.
    package let database: String?
    /// Where the password is.
    package let password: PostgresPassword
    /// Settings of the connection that libpq knows by the same names.
    let settings: [String: String]

    private static let maximumBytes = 4096
    /// What may follow the question mark, and is passed on.
    private static let settingNames = [
        "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs",
    ]
    private static let ownNames = ["host", "password_env", "password_file"]

    /// Reads a URL.
    ///
    /// - Throws: ``PostgresError`` with code `.invalidURL` that says what is wrong, without repeating the URL.
    package init(_ text: String) throws {
        guard text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw Self.refusal("is longer than 4096 bytes, or has characters that a URL must escape")
        }
        guard let colon = text.firstRange(of: "://"),
            ["postgresql", "postgres"].contains(text[..<colon.lowerBound].lowercased())
        else { throw Self.refusal("does not begin with postgresql://") }
        let (address, query) = Self.split(text[colon.upperBound...], at: "?")
        let (authority, path) = Self.split(address, at: "/")
        let at = authority.lastIndex(of: "@")
        let server = authority[(at.map(authority.index(after:)) ?? authority.startIndex)...]
        self.user = try at.map { try Self.user(authority[..<$0]) } ?? nil
        let database = try Self.decoded(path ?? "")
        guard !database.contains("/") else { throw Self.refusal("has more than one name in its path") }
        self.database = database.isEmpty ? nil : database
        var values = try Self.values(query ?? "")
        self.password = try Self.password(env: values["password_env"], file: values["password_file"])
        let (host, port) = try Self.hostAndPort(server)
        if let folder = values["host"] {
            guard host == nil, folder.hasPrefix("/") else {
                throw Self.refusal("has a 'host' after the question mark that is not the folder of a socket")
            }
        }
        self.host = host ?? values["host"]
        self.port = port
        for name in Self.ownNames { values[name] = nil }
        self.settings = values
    }

    /// The database in messages, by what identifies it.
    package var description: String {
        let place = (self.host ?? "the local socket") + (self.port.map { ":\($0)" } ?? "")
        return "\(self.database ?? self.user ?? "the usual database") on \(place)"
    }

    /// The pairs of names and values that libpq connects by.
    func parameters(password: String?) -> [(name: String, value: String)] {
        var pairs = self.settings.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        for (name, value) in [
            ("host", self.host), ("port", self.port.map(String.init)), ("user", self.user),
            ("dbname", self.database), ("password", password), ("client_encoding", "UTF8"),
            ("gssencmode", "disable"), ("tcp_user_timeout", "10000"),
            // A server that is gone while it owes an answer is noticed within half a minute, not within hours.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
        ] {
            if let value { pairs.append((name, value)) }
        }
        if self.settings["connect_timeout"] == nil { pairs.append(("connect_timeout", "10")) }
        if self.settings["application_name"] == nil { pairs.append(("application_name", "autoglm")) }
        return pairs
    }

    // MARK: - Parts

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func user(_ text: Substring) throws -> String? {
        guard !text.contains(":") else {
            throw Self.refusal(
                "holds a password, which could be shown with it; write ?password_env=NAME or ?password_file=PATH instead"
            )
        }
        let user = try Self.decoded(text)
        return user.isEmpty ? nil : user
    }

    private static func hostAndPort(_ server: Substring) throws -> (String?, Int?) {
        let end = server.hasPrefix("[") ? server.firstIndex(of: "]").map(server.index(after:)) : nil
        let colon = server[(end ?? server.startIndex)...].firstIndex(of: ":")
        let host = server[..<(colon ?? server.endIndex)]
        var port: Int?
        if let colon {
            guard let number = UInt16(server[server.index(after: colon)...]), number > 0 else {
                throw Self.refusal("has a port that is no number from 1 to 65535")
            }
            port = Int(number)
        }
        if end != nil {
            let address = host.dropFirst().dropLast()
            guard host.hasSuffix("]"), address.allSatisfy({ $0.isHexDigit || ":.".contains($0) }) else {
                throw Self.refusal("has brackets around what is no address of version 6")
            }
            return (String(address), port)
        }
        let name = try Self.decoded(host)
        guard name.hasPrefix("/") || name.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }) else {
            throw Self.refusal("has a host that is no name, address or folder; several hosts are not supported")
        }
        return (name.isEmpty ? nil : name, port)
    }

    private static func password(env: String?, file: String?) throws -> PostgresPassword {
        switch (env, file) {
        case (let name?, nil): return .environment(name)
        case (nil, let path?): return .file(path)
        case (nil, nil): return .usual
        default: throw Self.refusal("says twice where the password is; give password_env or password_file")
        }
    }

    private static func values(_ query: Substring) throws -> [String: String] {
        // An unescaped question mark in a password would make what follows look like a name, and be quoted below.
        guard !query.contains("@") else { throw Self.refusal("has an @ after a question mark; write %3F and %40") }
        var values = [String: String]()
        for pair in query.split(separator: "&") {
            let (name, value) = Self.split(pair, at: "=")
            let known = Self.settingNames + Self.ownNames
            guard known.contains(String(name)), let value else {
                let hint = NearestName.hint(for: String(name), in: known)
                throw Self.refusal("has '\(name)' after the question mark, which is not known or has no value. \(hint)")
            }
            guard values.updateValue(try Self.decoded(value), forKey: String(name)) == nil else {
                throw Self.refusal("says '\(name)' twice")
            }
        }
        return values
    }

    /// A part with its escapes resolved.
    private static func decoded(_ text: Substring) throws -> String {
        var bytes = [UInt8]()
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value > 0
            else {
                throw Self.refusal("has a % that is not followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.refusal("is no UTF-8") }
        return text
    }

    private static func refusal(_ problem: String) -> PostgresError {
        PostgresError(.invalidURL, "The URL of a PostgreSQL database is not allowed: it \(problem).")
    }
}
