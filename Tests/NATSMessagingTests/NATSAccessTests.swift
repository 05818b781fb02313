// SPDX-License-Identifier: Apache-2.0

import CertificateIssuing
import EventMessaging
import Foundation
import LLMCore
import NATSMessaging
import NATSServing
import Testing

@Suite("Credentials and encryption of NATS")
struct NATSAccessTests {
    /// Brings an event to itself.
    private static func exchange(_ url: String) async throws {
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: url))
        var events = try await bus.subscribe(EventPattern("a"), buffer: 10).makeAsyncIterator()
        try await bus.publish(Event(id: "1", subject: EventSubject("a"), payload: "x"))
        #expect(try await events.next()?.payload == "x")
        await bus.close()
    }

    private static func expectRefusal(_ url: String) async {
        let error = await #expect(throws: EventError.self) { try await Self.exchange(url) }
        #expect(error?.code == .refused, "\(String(describing: error))")
    }

    @Test("A user with a password")
    func password() async throws {
        let folder = try CertificateFolder()
        let server = try NATSServer("authorization { users: [{user: me, password: \"right one\"}] }")
        let place = "me@127.0.0.1:\(server.port)"
        try await Self.exchange("nats://\(place)?password_file=\(folder.write("right one\n", "right"))")
        await Self.expectRefusal("nats://\(place)?password_file=\(try folder.write("wrong", "wrong"))")
        await Self.expectRefusal("nats://\(place)?password_env=AUTOGLM_NO_SUCH_VARIABLE")
        await Self.expectRefusal("nats://\(place)?password_file=\(folder.path)/none")
        await Self.expectRefusal(server.url)
    }

    @Test("A token")
    func token() async throws {
        let folder = try CertificateFolder()
        let server = try NATSServer("authorization { token: \"s3cret\" }")
        try await Self.exchange("\(server.url)?token_file=\(folder.write("s3cret", "right"))")
        await Self.expectRefusal("\(server.url)?token_file=\(try folder.write("other", "wrong"))")
    }

    @Test("A key")
    func nkey() async throws {
        let folder = try CertificateFolder()
        let (user, other) = (NATSIdentity(.user), NATSIdentity(.user))
        let server = try NATSServer("authorization { users: [{nkey: \(user.publicKey)}] }")
        let file = try folder.write(user.seed, "seed")
        try await Self.exchange("\(server.url)?nkey=\(user.publicKey)&seed_file=\(file)")
        let wrong = try folder.write(other.seed, "other")
        await Self.expectRefusal("\(server.url)?nkey=\(other.publicKey)&seed_file=\(wrong)")
        await Self.expectRefusal("\(server.url)?nkey=\(user.publicKey)&seed_file=\(folder.path)/none")
    }

    @Test("A file of credentials")
    func credentialsFile() async throws {
        let folder = try CertificateFolder()
        let (authority, account, user) = (NATSIdentity(.operator), NATSIdentity(.account), NATSIdentity(.user))
        let unlimited = #""subs":-1,"data":-1,"payload":-1"#
        let operatorToken = try authority.token(for: authority, "o", #"{"type":"operator","version":2}"#)
        let accountToken = try authority.token(
            for: account, "a",
            """
            {"limits":{\(unlimited),"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1},\
            "default_permissions":{"pub":{},"sub":{}},"type":"account","version":2}
            """)
        let userToken = try account.token(
            for: user, "u", #"{"pub":{},"sub":{},\#(unlimited),"type":"user","version":2}"#)
        let server = try NATSServer(
            """
            operator: "\(operatorToken)"
            resolver: MEMORY
            resolver_preload: { \(account.publicKey): "\(accountToken)" }
            """, hasStreams: false)
        let text = """
            -----BEGIN NATS USER JWT-----
            \(userToken)
            ------END NATS USER JWT------

            -----BEGIN USER NKEY SEED-----
            \(user.seed)
            ------END USER NKEY SEED------

            """
        try await Self.exchange("\(server.url)?credentials=\(folder.write(text, "user.creds"))")
        let stranger = text.replacingOccurrences(of: user.seed, with: NATSIdentity(.user).seed)
        await Self.expectRefusal("\(server.url)?credentials=\(try folder.write(stranger, "stranger.creds"))")
        await Self.expectRefusal(server.url)
    }

    @Test("Encryption, with certificates on both sides")
    func encryption() async throws {
        let folder = try CertificateFolder()
        let issuer = try CertificateIssuer()
        let authority = try folder.write(issuer.authority, "ca.pem")
        let (own, client) = (try issuer.issue("server"), try issuer.issue("client"))
        let server = try NATSServer(
            """
            tls {
                cert_file: "\(folder.write(own.certificate, "server.pem"))"
                key_file: "\(folder.write(own.key, "server.key"))"
                ca_file: "\(authority)"
                verify: true
            }
            """)
        let place = "tls://127.0.0.1:\(server.port)"
        let identity = """
            &tls_certificate=\(try folder.write(client.certificate, "client.pem"))\
            &tls_key=\(try folder.write(client.key, "client.key"))
            """
        try await Self.exchange("\(place)?tls_ca=\(authority)\(identity)")
        let other = try folder.write(CertificateIssuer("Other").authority, "other.pem")
        await Self.expectRefusal("\(place)?tls_ca=\(other)\(identity)")
        await Self.expectRefusal("\(place)?tls_ca=\(folder.path)/none\(identity)")
        await Self.expectRefusal("\(place)?tls_ca=\(authority)&tls_host=elsewhere.example\(identity)")
    }
}
