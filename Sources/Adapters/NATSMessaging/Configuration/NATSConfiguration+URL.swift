// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

extension NATSConfiguration {
    private static let names = [
        "password_env", "password_file", "token_env", "token_file", "credentials", "nkey", "seed_file", "tls_ca",
        "tls_certificate", "tls_key", "tls_host", "name", "time_limit", "reconnect_buffer",
    ]

    /// Reads a URL: `nats://user@host:4222,other:4222?password_env=NAME`, or `tls://` for encryption.
    ///
    /// After the question mark may stand `password_env`, `password_file`, `token_env`, `token_file` (where a secret is),
    /// `credentials` (a file of `nsc`), `nkey` with `seed_file`, `tls_ca`, `tls_certificate`, `tls_key`, `tls_host`, `name`,
    /// `time_limit` (seconds) and `reconnect_buffer` (bytes). A secret itself cannot stand in it.
    /// - Throws: ``EventError`` with code `.invalidOptions` that says what is wrong, without repeating the URL.
    public init(url text: String) throws {
        guard text.utf8.count <= 4096, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw Self.refusal("is longer than 4096 bytes, or has characters that a URL must escape")
        }
        guard let colon = text.firstRange(of: "://"), ["nats", "tls"].contains(text[..<colon.lowerBound]) else {
            throw Self.refusal("does not begin with nats:// or tls://")
        }
        let parts = text[colon.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let values = try Self.values(parts.count > 1 ? parts[1] : "")
        let place = parts[0].hasSuffix("/") ? parts[0].dropLast() : parts[0]
        let at = place.lastIndex(of: "@")
        let user = at.map { String(place[..<$0]) }
        guard user?.contains(":") != true else {
            throw Self.refusal("holds a password; write ?password_env=NAME or ?password_file=PATH instead")
        }
        let hosts = place[(at.map(place.index(after:)) ?? place.startIndex)...]
        let servers = try hosts.split(separator: ",", omittingEmptySubsequences: false).map(Self.server)
        self.init(servers: servers, credentials: try Self.credentials(user, values))
        let tlsNames = ["tls_ca", "tls_certificate", "tls_key", "tls_host"]
        guard (values["tls_certificate"] == nil) == (values["tls_key"] == nil) else {
            throw Self.refusal("has one of tls_certificate and tls_key without the other")
        }
        if text.hasPrefix("tls") || tlsNames.contains(where: { values[$0] != nil }) {
            self.tls = NATSTLS(
                authorityFile: values["tls_ca"], certificateFile: values["tls_certificate"],
                keyFile: values["tls_key"], host: values["tls_host"])
        }
        if let name = values["name"] { self.name = name }
        if let limit = values["time_limit"] {
            guard let seconds = Int(limit), 1...3600 ~= seconds else {
                throw Self.refusal("has a time_limit that is no number of seconds from 1 to 3600")
            }
            self.timeLimit = .seconds(seconds)
        }
        if let limit = values["reconnect_buffer"] {
            guard let bytes = Int(limit), 1024...(1 << 30) ~= bytes else {
                throw Self.refusal("has a reconnect_buffer that is no number of bytes from 1024 to 2^30")
            }
            self.reconnectBuffer = bytes
        }
    }

    private static func server(_ text: Substring) throws -> String {
        let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : nil
        let colon = text[(end ?? text.startIndex)...].firstIndex(of: ":")
        let host = text[..<(colon ?? text.endIndex)]
        let isHost = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-[]:".contains($0)) }
        guard !host.isEmpty, isHost else { throw Self.refusal("has a host that is no name or address") }
        guard let colon else { return "\(host):4222" }
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw Self.refusal("has a port that is no number from 1 to 65535")
        }
        return "\(host):\(port)"
    }

    private static func credentials(_ user: String?, _ values: [String: String]) throws -> NATSCredentials {
        func secret(_ name: String) -> NATSCredentials.Secret? {
            values["\(name)_env"].map { .environment($0) } ?? values["\(name)_file"].map { .file($0) }
        }
        var found: [NATSCredentials] = []
        if let password = secret("password") {
            guard let user, !user.isEmpty else { throw Self.refusal("says where a password is, and names no user") }
            found.append(.password(user: user, password))
        } else if user != nil {
            throw Self.refusal("names a user, and does not say where the password is")
        }
        if let token = secret("token") { found.append(.token(token)) }
        if let path = values["credentials"] { found.append(.file(path)) }
        if let key = values["nkey"], let file = values["seed_file"] {
            found.append(.nkey(publicKey: key, seedFile: file))
        } else if values["nkey"] != nil || values["seed_file"] != nil {
            throw Self.refusal("has one of nkey and seed_file without the other")
        }
        guard found.count < 2 else { throw Self.refusal("says in more than one way as whom to come") }
        return found.first ?? .none
    }

    private static func values(_ query: Substring) throws -> [String: String] {
        var values: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, Self.names.contains(parts[0]) else {
                let hint = NearestName.hint(for: parts.first ?? "", in: Self.names)
                throw Self.refusal("has something after the question mark that is not known or has no value. \(hint)")
            }
            guard values.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw Self.refusal("says '\(parts[0])' twice")
            }
        }
        return values
    }

    private static func refusal(_ problem: String) -> EventError {
        EventError(.invalidOptions, "The URL of a NATS server is not allowed: it \(problem).")
    }
}
