// SPDX-License-Identifier: Apache-2.0

import AccessControl
import Foundation
import LLMCore
import ModelGateway
import SourceDocuments
import Testing

@Suite("Who is let in, as a configuration says")
struct AccessSettingsTests {
    private static let hash = "sha256:" + String(repeating: "0a", count: 32)

    /// Reads `access: …` in a file of its own.
    private static func read(_ access: String, _ environment: [String: String] = [:]) throws -> AccessSettings {
        var settings = AccessSettings()
        let part = GatewayConfiguration.Part(key: "access") { reader, node in
            settings = reader.access(node, environment: environment)
        }
        _ = try GatewayConfiguration(
            yaml: "access: \(access)", file: "f.yaml", environment: environment, parts: [part])
        return settings
    }

    @Test("Keys in place and in a file, tokens and what is open are read")
    func reads() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID()).yaml")
        let other = "sha256:" + String(repeating: "0b", count: 32)
        try Data("ops: {hash: '\(other)', scopes: [admin, metrics], expires: 2027-01-31}".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let access = """
            {keys: {ci: {hash: '\(Self.hash)', models: [chat, 'a-*'], limits: {requests_per_minute: 5}}}, keys_file: \(file.path()),
              tokens: {secret: {env: JWT}, issuer: us, scopes: admin}, open: [health, metrics]}
            """
        let settings = try Self.read(access, ["JWT": "a-secret"])
        #expect(settings.keys.map(\.grant.name) == ["ci", "ops"])
        #expect(settings.keys[0].grant.allowance == Allowance(requestsPerMinute: 5))
        #expect(settings.keys[0].grant.models == [ModelPattern("chat"), ModelPattern("a-*")])
        #expect(settings.keys[1].grant.scopes == [.admin, .metrics] && settings.keys[1].expiry == 1_801_353_600)
        #expect(settings.tokens?.issuer == "us" && settings.tokens?.scopes == [.admin])
        #expect(settings.open == [.health, .metrics])
    }

    @Test("A variable of the environment replaces a value")
    func overrides() throws {
        let variables = ["AUTOGLM_ACCESS__OPEN": "[metrics]"]
        #expect(try Self.read("{keys: {a: '\(Self.hash)'}}", variables).open == [.metrics])
    }

    @Test(
        "What is wrong is told with its place, and no key is quoted",
        arguments: [
            ("5", "'access' must be a mapping"), ("{}", "lets nobody in"), ("{kes: {}}", "Did you mean 'keys'?"),
            ("{keys: [a]}", "Keys must be a mapping"),
            ("{keys: {a: sk-very-secret}}", "Here must be the hash of a key"),
            ("{keys: {a: {scopes: admin}}}", "has no 'hash'"),
            ("{keys: {a: {hash: sk-very-secret}}}", "'autoglm keys hash' makes it"),
            ("{keys: {'a b': '\(hash)'}}", "A key's name"), ("{keys: {'jwt:a': '\(hash)'}}", "no 'jwt:'"),
            ("{keys: {a: '\(hash)', b: '\(hash)'}}", "another one's"),
            ("{keys: {a: {hash: '\(hash)', scopes: [adm]}}}", "Did you mean 'admin'?"),
            ("{keys: {a: {hash: '\(hash)', models: [1]}}}", "a list of models"),
            ("{keys: {a: {hash: '\(hash)', expires: soon}}}", "a day or a moment"),
            ("{keys: {a: {hash: '\(hash)', limits: {requests_per_minute: 0}}}}", "a number from 1.0"),
            ("{keys_file: /no/such/file}", "Cannot read the file of keys"), ("{tokens: {}}", "signed in one way"),
            ("{tokens: {jwks_file: /no/such/file}}", "Cannot read the set of keys"),
            ("{tokens: {secret: sk-very-secret}}", "A key must not be written here"),
            ("{keys: {a: '\(hash)'}, open: [nothing]}", "There is no 'nothing' here"),
        ])
    func mistakes(access: String, said: String) {
        let error = #expect(throws: GatewayError.self) { try Self.read(access) }
        #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("very-secret") == false)
    }

    @Test("All mistakes are told at once")
    func several() {
        let error = #expect(throws: GatewayError.self) { try Self.read("{keys: {a: x, b: {}}, open: y, tokens: 1}") }
        #expect(error?.message.split(separator: "\n").count == 4, "\(error?.message ?? "")")
    }
}
