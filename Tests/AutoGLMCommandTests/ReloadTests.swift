// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CertificateIssuing
import Foundation
import LLMCore
import NIOSSL
import Testing

@Suite("Reading the configuration again")
struct ReloadTests {
    private static let model = "models: {far: {backend: openai, model: x, url: 'http://127.0.0.1:9/v1'}}\n"

    private static func configuration(_ server: String) -> String {
        Self.model + "server: {http_port: 0, \(server)}\n"
    }

    /// A new key, and the line of its hash.
    private static func key(_ name: String) async throws -> (key: String, line: String) {
        let key = "sk-test-\(name)-0123456789abcdef"
        let made = try await Program.run(["keys", "hash", "--name", name], input: Array(key.utf8))
        return (key, made.text)
    }

    @Test("Keys are those of the file after SIGHUP, and a file with a mistake changes nothing")
    func keys() async throws {
        let (first, second) = (try await Self.key("first"), try await Self.key("second"))
        let files = try TemporaryFiles(["keys.yaml": first.line])
        let path = files.path("autoglm.yaml")
        let good = Self.configuration("access: {keys_file: '\(files.path("keys.yaml"))'}")
        try files.write(Data(good.utf8), "autoglm.yaml")
        try await RunningServer.run(["--config", path]) { server in
            let models = try await server.address() + "/v1/models"
            let client = HTTPClient.shared
            #expect(try await client.status(models) == 401)
            #expect(try await client.status(models, key: first.key) == 200)
            #expect(try await client.status(models, key: second.key) == 401)

            try files.write(Data(second.line.utf8), "keys.yaml")
            #expect(try await server.reload().contains("1 keys"))
            #expect(try await client.status(models, key: first.key) == 401)
            #expect(try await client.status(models, key: second.key) == 200)

            for bad in ["server: [", "server: {acces: {}}", Self.model + "server: {http_port: 0}"] {
                try files.write(Data(bad.utf8), "autoglm.yaml")
                #expect(try await server.refuseReload().contains(path))
                #expect(try await client.status(models) == 401)
                #expect(try await client.status(models, key: second.key) == 200)
            }
        }
    }

    @Test("Limits are those of the file after SIGHUP, and what needs a restart is told")
    func limits() async throws {
        let files = try TemporaryFiles(["autoglm.yaml": Self.configuration("limits: {body_megabytes: 1}")])
        try await RunningServer.run(["--config", files.path("autoglm.yaml")]) { server in
            let chat = try await server.address() + "/v1/chat/completions"
            let body = String(repeating: " ", count: 2 << 20)
            #expect(try await HTTPClient.shared.status(chat, body: body) == 413)
            let changed = Self.configuration("limits: {body_megabytes: 4}, host: 0.0.0.0, metrics_port: 0")
            let parts = """

                usage: {store: usage.sqlite}
                telemetry: {logs: {level: error}}
                experiments: {review: 20s}
                catalog: {serve: [chat@champion]}
                """
            try files.write(Data((changed + parts).utf8), "autoglm.yaml")
            let said = try await server.reload()
            let keys = "host, metrics_port, usage, telemetry, catalog, experiments"
            #expect(said.contains("\(keys) need a restart"), "\(said)")
            #expect(try await HTTPClient.shared.status(chat, body: body) == 400)
        }
    }

    @Test("Models are those of the file after SIGHUP, in all protocols, and one that cannot be made changes nothing")
    func models() async throws {
        let files = try TemporaryFiles(["autoglm.yaml": Self.model + "server: {http_port: 0}\n"])
        let near = "near: {backend: openai, model: y, url: 'http://127.0.0.1:9/v1'}"
        try await RunningServer.run(["--config", files.path("autoglm.yaml")]) { server in
            let address = try await server.address()
            func areThere() async throws -> [Bool] {
                var answers: [Bool] = []
                for path in ["v1/models/far", "v1/models/near", "v2/models/far/ready", "v2/models/near/ready"] {
                    answers.append(try await HTTPClient.shared.status("\(address)/\(path)") == 200)
                }
                return answers
            }
            #expect(try await areThere() == [true, false, true, false])
            try files.write(Data("models: {\(near)}\nserver: {http_port: 0}\n".utf8), "autoglm.yaml")
            let said = try await server.reload()
            #expect(said.contains("new or changed models: near; models gone: far"), "\(said)")
            #expect(try await areThere() == [false, true, false, true])
            try files.write(Data("models: {\(near), bad: /nowhere.gguf}\n".utf8), "autoglm.yaml")
            #expect(try await server.refuseReload().contains("/nowhere.gguf"))
            #expect(try await areThere() == [false, true, false, true])
        }
    }

    @Test("A certificate is read anew on SIGHUP, and one that is broken is not taken")
    func certificate() async throws {
        let (issuer, folder) = (try CertificateIssuer(), try CertificateFolder())
        func issue(_ lifetime: Double) throws -> CertificateIssuer.Identity {
            let identity = try issuer.issue("server", lifetime: lifetime)
            try folder.write(identity.certificate, "server.pem")
            try folder.write(identity.key, "server.key")
            return identity
        }
        _ = try issue(100_000)
        let files = try TemporaryFiles(["autoglm.yaml": Self.model + "server: {http_port: 0}\n"])
        var encryption = TLSConfiguration.makeClientConfiguration()
        encryption.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(issuer.authority.utf8)))
        let arguments = [
            "--config", files.path("autoglm.yaml"), "--tls-certificate", "\(folder.path)/server.pem", "--tls-key",
            "\(folder.path)/server.key",
        ]
        try await RunningServer.run(arguments) { server in
            let address = try await server.address()
            #expect(address.hasPrefix("https://127.0.0.1:"))
            try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: encryption)) { client in
                #expect(try await client.status("\(address)/health") == 200)
                _ = try issue(200_000)
                #expect(try await server.reload().contains("valid until"))
                #expect(try await client.status("\(address)/health") == 200)
                try folder.write("broken", "server.pem")
                #expect(try await server.refuseReload().contains("server.pem"))
                #expect(try await client.status("\(address)/health") == 200)
            }
            // Whoever comes anew sees the last good one.
            let status = try await HTTPClient.withHTTPClient(configuration: .init(tlsConfiguration: encryption)) {
                try await $0.status("\(address)/health")
            }
            #expect(status == 200)
        }
    }

    @Test(
        "What is wrong with encryption is told at the start",
        arguments: [
            ("tls: {certificate: a.pem}", "'tls' has no 'key'"),
            ("tls: {certificate: /nowhere/a.pem, key: b.pem}", "'/nowhere/a.pem'"),
            ("tls: {certificate: a.pem, key: b.pem, minimum_version: 1.1}", "a version of TLS, 1.2 or 1.3"),
            ("tls: {certificate: a.pem, key: b.pem, client_certificates: required}", "Give 'client_authorities'"),
            ("tls: {certificate: a.pem, key: b.pem, client_certificates: always}", "There is no 'always' here."),
        ])
    func mistakes(server: String, said: String) async throws {
        let files = try TemporaryFiles(["autoglm.yaml": Self.configuration(server)])
        let outcome = try await Program.run(["serve", "--config", files.path("autoglm.yaml")])
        #expect(outcome.status == 1 && outcome.errors.contains(said), "\(outcome.errors)")
        #expect(try await Program.run(["serve", "--tls-key", "b.pem"]).status == 64)
    }
}
