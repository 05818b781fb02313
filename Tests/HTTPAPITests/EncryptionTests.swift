// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CertificateIssuing
import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import NIOSSL
import OpenAutoGLMTesting
import ServerTLS
import Testing

@Suite("Encryption")
struct EncryptionTests {
    @Test(
        "A client chooses HTTP/2 or HTTP/1.1, and gets whole and streamed answers over both", arguments: [true, false])
    func versions(isHTTP2: Bool) async throws {
        let encrypted = try EncryptedServer()
        try await LiveServer.run(ScriptedModel(replies: ["whole", "streamed"]), tls: encrypted.contexts) { server in
            try await EncryptedServer.withClient(encrypted.client(), isHTTP2 ? .automatic : .http1Only) { client in
                let server = server.encrypted(by: client)
                let whole = try await server.chat()
                #expect(whole.status == 200)
                #expect(whole.version == (isHTTP2 ? .http2 : .http1_1))
                #expect(whole.json["choices"]?.arrayValue?.first?["message"]?["content"] == "whole")
                let streamed = try await server.chat(#","stream":true"#)
                #expect(streamed.text.hasPrefix("data: {") && streamed.text.hasSuffix("data: [DONE]\n\n"))
                let large = try await server.send(body: String(repeating: " ", count: 3 << 20))
                #expect(large.status == 400 && large.error["code"] == "invalid_json")
                #expect(try await server.send(.GET, "/nothing").status == 404)
            }
        }
    }

    /// Who asks a server, and whether he is let in.
    struct Client: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let clients: TLSSettings.ClientCertificates
        /// Who vouches for it: the server's authority or another one; nil where it shows no certificate.
        let isKnown: Bool?
        let isLetIn: Bool
    }

    @Test(
        "Client certificates are asked for as the settings say",
        arguments: [
            Client(testDescription: "required and known", clients: .required, isKnown: true, isLetIn: true),
            Client(testDescription: "required and unknown", clients: .required, isKnown: false, isLetIn: false),
            Client(testDescription: "required and missing", clients: .required, isKnown: nil, isLetIn: false),
            Client(testDescription: "optional and known", clients: .optional, isKnown: true, isLetIn: true),
            Client(testDescription: "optional and unknown", clients: .optional, isKnown: false, isLetIn: false),
            Client(testDescription: "optional and missing", clients: .optional, isKnown: nil, isLetIn: true),
            Client(testDescription: "not asked for", clients: .none, isKnown: false, isLetIn: true),
        ])
    func clientCertificates(_ row: Client) async throws {
        let encrypted = try EncryptedServer(clients: row.clients)
        let stranger = try CertificateIssuer()
        let identity = try row.isKnown.map { try ($0 ? encrypted.authority : stranger).issue("client") }
        try await LiveServer.run(ScriptedModel(replies: ["yes", "yes"]), tls: encrypted.contexts) { server in
            let status = try? await EncryptedServer.withClient(encrypted.client(showing: identity)) { client in
                try await server.encrypted(by: client).chat().status
            }
            #expect(status == (row.isLetIn ? 200 : nil))
            let known = try encrypted.client(showing: try encrypted.authority.issue("another"))
            let next = try await EncryptedServer.withClient(known) { try await server.encrypted(by: $0).chat().status }
            #expect(next == 200)
        }
    }

    @Test(
        "A version of TLS that is too old is refused",
        arguments: [
            (TLSSettings.Version.v12, TLSVersion.tlsv11, false), (.v12, .tlsv12, true), (.v12, .tlsv13, true),
            (.v13, .tlsv12, false), (.v13, .tlsv13, true),
        ])
    func oldVersions(minimum: TLSSettings.Version, spoken: TLSVersion, isLetIn: Bool) async throws {
        let encrypted = try EncryptedServer(minimumVersion: minimum)
        try await LiveServer.run(ScriptedModel(replies: ["yes"]), tls: encrypted.contexts) { server in
            var encryption = try encrypted.client()
            (encryption.minimumTLSVersion, encryption.maximumTLSVersion) = (.tlsv1, spoken)
            let status = try? await EncryptedServer.withClient(encryption) { client in
                try await server.encrypted(by: client).send(.GET, "/health").status
            }
            #expect(status == (isLetIn ? 200 : nil))
        }
    }

    @Test("What is no handshake ends the connection, and the server serves on")
    func plaintext() async throws {
        let encrypted = try EncryptedServer()
        try await LiveServer.run(ScriptedModel(replies: ["still here"]), tls: encrypted.contexts) { server in
            for bytes in [
                "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}hello", "\u{0}\u{0}\u{0}\u{0}\u{0}",
            ] {
                let answer = try await PlainConnection.untilClosed(server.port, Array(bytes.utf8))
                #expect(!String(decoding: answer, as: UTF8.self).contains("HTTP"))
            }
            let status = try await EncryptedServer.withClient(encrypted.client()) {
                try await server.encrypted(by: $0).chat().status
            }
            #expect(status == 200)
        }
    }

    @Test("Whoever does not finish the handshake in time is closed out", arguments: [0, 3])
    func halfHandshake(bytes: Int) async throws {
        let encrypted = try EncryptedServer()
        var limits = ServerLimits()
        limits.patience.headTime = .milliseconds(100)
        try await LiveServer.run(ScriptedModel(), limits: limits, tls: encrypted.contexts) { server in
            let answer = try await PlainConnection.untilClosed(server.port, Array([0x16, 0x03, 0x01].prefix(bytes)))
            #expect(answer.isEmpty)
        }
    }

    @Test(
        "A client that is too slow is told so inside, too",
        arguments: ["GET /health HT", "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"])
    func slowClients(bytes: String) async throws {
        let encrypted = try EncryptedServer()
        var limits = ServerLimits()
        (limits.patience.headTime, limits.patience.bodyTime) = (.seconds(1), .milliseconds(200))
        try await LiveServer.run(ScriptedModel(), limits: limits, tls: encrypted.contexts) { server in
            var answer: [UInt8] = []
            // A handshake on a busy machine may take too long, too, and is not answered.
            for _ in 0..<20 where answer.isEmpty {
                answer = try await PlainConnection.untilClosed(server.port, Array(bytes.utf8), encrypted.client())
            }
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("A new certificate is shown to whoever comes, and connections that there are go on")
    func newCertificate() async throws {
        let encrypted = try EncryptedServer()
        try await LiveServer.run(ScriptedModel(), tls: encrypted.contexts) { server in
            let first = try await PlainConnection.open(server.port, try encrypted.client())
            try await first.executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                let request = ByteBuffer(string: "GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
                try await outbound.write(request)
                #expect(try await answers.next().map { String(buffer: $0).hasPrefix("HTTP/1.1 200 ") } == true)
                let before = try await first.channel.nioSSL_peerCertificate().get()

                let identity = try encrypted.authority.issue("server")
                try encrypted.folder.write(identity.certificate, "server.pem")
                try encrypted.folder.write(identity.key, "server.key")
                encrypted.contexts.replace(try TLSFiles(encrypted.settings))
                let second = try await PlainConnection.open(server.port, try encrypted.client())
                let after = try await second.executeThenClose { inbound, outbound in
                    try await outbound.write(request)
                    for try await _ in inbound { break }
                    return try await second.channel.nioSSL_peerCertificate().get()
                }
                #expect(after != before)
                #expect(after == (try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8)).first))
                try await outbound.write(request)
                #expect(try await answers.next().map { String(buffer: $0).hasPrefix("HTTP/1.1 200 ") } == true)
            }
        }
    }
}
