// SPDX-License-Identifier: Apache-2.0

package import AccessControl
internal import Foundation
internal import LLMCore
internal import RemoteTransport
package import SourceDocuments

extension FieldReader {
    /// Reads who is let in: `keys`, `keys_file`, `tokens` and what is `open`.
    package mutating func access(_ node: SourceNode, environment: [String: String]) -> AccessSettings {
        let fields = self.fields(of: node, "'access'", known: ["keys", "keys_file", "tokens", "open"])
        var settings = AccessSettings()
        var keys = fields["keys"].map { [$0] } ?? []
        if let node = fields["keys_file"], let file = self.keysFile(node) { keys.append(file) }
        for node in keys { settings.keys += self.accessKeys(node) }
        self.checkNames(settings.keys, node.place)
        settings.tokens = fields["tokens"].flatMap { self.tokens($0, environment: environment) }
        if let node = fields["open"] { settings.open = Set(self.choices(node, of: RouteKind.self)) }
        if node.members != nil, settings.keys.isEmpty, fields["tokens"] == nil, keys.isEmpty {
            self.note(node.place, "'access' lets nobody in.", "Give it 'keys', 'keys_file' or 'tokens'.")
        }
        return settings
    }

    /// The mapping in a file of keys.
    private mutating func keysFile(_ node: SourceNode) -> SourceNode? {
        guard let path = self.text(node) else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            self.note(node.place, "Cannot read the file of keys '\(path)'.")
            return nil
        }
        do {
            var reader = SourceReader(file: path, beginning: "A line of it is a key's name and its hash.")
            return try reader.read(text)
        } catch let error as SourceError { self.note(error) } catch { self.note(node.place, "\(error)") }
        return nil
    }

    private mutating func accessKeys(_ node: SourceNode) -> [AccessKey] {
        guard let members = node.members else {
            self.note(node.place, "Keys must be a mapping of names to hashes, but are of type \(node.typeName).")
            return []
        }
        return members.compactMap { self.accessKey($0) }
    }

    private mutating func accessKey(_ member: SourceNode.Member) -> AccessKey? {
        let owner = "The key '\(member.key)'"
        guard member.key.count <= 100, member.key.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !member.key.isEmpty,
            !member.key.hasPrefix("jwt:")
        else {
            self.note(member.keyPlace, "A key's name has up to 100 letters, digits and signs, and no 'jwt:' before it.")
            return nil
        }
        // A text alone is the hash.
        if member.value.string != nil {
            return self.hash(member.value).map { AccessKey(hash: $0, grant: AccessGrant(name: member.key)) }
        }
        let fields = self.fields(
            of: member.value, owner, required: ["hash"], known: ["hash", "scopes", "models", "limits", "expires"])
        var grant = AccessGrant(name: member.key)
        if let node = fields["scopes"] { grant.scopes = Set(self.choices(node, of: AccessScope.self)) }
        if let node = fields["models"] { grant.models = self.texts(node, "a list of models").map { ModelPattern($0) } }
        grant.allowance = fields["limits"].map { self.allowance($0) }
        let expiry = self.moment(fields["expires"])
        return self.hash(fields["hash"]).map { AccessKey(hash: $0, grant: grant, expiry: expiry) }
    }

    /// A hash; what is none is not quoted, since it may be the key itself.
    private mutating func hash(_ node: SourceNode?) -> KeyHash? {
        guard let node else { return nil }
        if let hash = node.string.flatMap({ KeyHash(written: $0) }) { return hash }
        self.note(
            node.place, "Here must be the hash of a key, 'sha256:' and 64 digits.",
            "'autoglm keys hash' makes it; the key itself must not be written here.")
        return nil
    }

    /// Names tell accounts apart, and hashes tell keys apart.
    private mutating func checkNames(_ keys: [AccessKey], _ place: SourcePlace) {
        var (names, hashes): (Set<String>, Set<KeyHash>) = ([], [])
        for key in keys {
            if !names.insert(key.grant.name).inserted {
                self.note(place, "There are two keys with the name '\(key.grant.name)'.")
            }
            if !hashes.insert(key.hash).inserted {
                self.note(place, "The key '\(key.grant.name)' is another one's, too.", "Make one for each.")
            }
        }
    }

    private mutating func allowance(_ node: SourceNode) -> Allowance {
        let fields = self.fields(of: node, "'limits'", known: ["requests_per_minute", "tokens_per_minute"])
        return Allowance(
            requestsPerMinute: self.number(fields["requests_per_minute"], in: 1...1e9),
            tokensPerMinute: self.number(fields["tokens_per_minute"], in: 1...1e12))
    }

    private mutating func tokens(_ node: SourceNode, environment: [String: String]) -> TokenSettings? {
        let fields = self.fields(
            of: node, "'tokens'", known: ["jwks_file", "secret", "issuer", "audience", "scopes", "limits"])
        guard node.members != nil, let signature = self.signature(fields, node.place, environment) else { return nil }
        do {
            var tokens = try TokenSettings(signature)
            tokens.issuer = self.text(fields["issuer"])
            tokens.audience = self.text(fields["audience"])
            if let node = fields["scopes"] { tokens.scopes = Set(self.choices(node, of: AccessScope.self)) }
            tokens.allowance = fields["limits"].map { self.allowance($0) }
            return tokens
        } catch { self.note(node.place, "\(error)") }
        return nil
    }

    private mutating func signature(
        _ fields: Fields, _ place: SourcePlace, _ environment: [String: String]
    ) -> TokenSettings.Signature? {
        switch (fields["jwks_file"], fields["secret"]) {
        case (let node?, nil):
            guard let path = self.text(node) else { return nil }
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                self.note(node.place, "Cannot read the set of keys '\(path)'.")
                return nil
            }
            return .keySet(json: text)
        case (nil, let node?): return self.key(node, environment: environment).map { .secret($0.secret) }
        default:
            self.note(place, "'tokens' are signed in one way.", "Give 'jwks_file' or 'secret'.")
            return nil
        }
    }

    /// A day (`2027-01-31`) or a moment (`2027-01-31T12:00:00Z`), in seconds since 1970.
    private mutating func moment(_ node: SourceNode?) -> Double? {
        self.value(node, "a day or a moment such as 2027-01-31 or 2027-01-31T12:00:00Z") { node in
            guard let text = node.string else { return nil }
            let written = text.count == 10 ? text + "T00:00:00Z" : text
            return (try? Date(written, strategy: .iso8601))?.timeIntervalSince1970
        }
    }
}

extension FieldReader {
    /// One of some names, or a list of them.
    package mutating func choices<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: SourceNode, of type: Choice.Type
    ) -> [Choice] {
        (node.elements ?? [node]).compactMap { self.choice($0, of: type) }
    }

    /// A text, or a list of them; what it is, for messages.
    package mutating func texts(_ node: SourceNode?, _ what: String) -> [String] {
        self.value(node, what) { node in
            let elements = node.elements ?? [node]
            let texts = elements.compactMap(\.string).filter { !$0.isEmpty }
            return texts.isEmpty || texts.count != elements.count ? nil : texts
        } ?? []
    }
}
