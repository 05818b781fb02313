// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import NATSMessaging
import Testing

@Suite("Where a NATS server is")
struct NATSConfigurationTests {
    @Test(
        "URLs say where and as whom",
        arguments: [
            ("nats://host", NATSConfiguration(servers: ["host:4222"])),
            ("nats://a:1,b:2/", NATSConfiguration(servers: ["a:1", "b:2"])),
            ("tls://[::1]:5", NATSConfiguration(servers: ["[::1]:5"], tls: NATSTLS())),
            (
                "nats://me@host?password_env=SECRET",
                NATSConfiguration(servers: ["host:4222"], credentials: .password(user: "me", .environment("SECRET")))
            ),
            (
                "nats://host?token_file=/t&tls_ca=/ca.pem",
                NATSConfiguration(
                    servers: ["host:4222"], credentials: .token(.file("/t")), tls: NATSTLS(authorityFile: "/ca.pem"))
            ),
            ("nats://host?credentials=/c", NATSConfiguration(servers: ["host:4222"], credentials: .file("/c"))),
            (
                "nats://host?nkey=UA&seed_file=/s&time_limit=3&reconnect_buffer=2048&name=n",
                NATSConfiguration(
                    servers: ["host:4222"], credentials: .nkey(publicKey: "UA", seedFile: "/s"), name: "n",
                    timeLimit: .seconds(3), reconnectBuffer: 2048)
            ),
        ])
    func urls(text: String, expected: NATSConfiguration) throws {
        #expect(try NATSConfiguration(url: text) == expected)
    }

    @Test(
        "Others are refused, without repeating them",
        arguments: [
            "", "host", "http://host", "nats://", "nats://host:0", "nats://host:99999", "nats://a b",
            "nats://me:secret@host", "nats://me@host", "nats://host?password_env=A", "nats://host?nkey=U",
            "nats://host?tokn_env=secret", "nats://host?token_env=A&credentials=/secret", "nats://host?token_env",
            "nats://host?tls_key=/secret", "nats://host?name=a&name=b", "nats://host?time_limit=0",
            "nats://host?reconnect_buffer=12", "nats://h\u{e4}", "nats://host,",
            "nats://\(String(repeating: "a", count: 5000))",
        ])
    func refused(text: String) throws {
        let error = #expect(throws: EventError.self) { try NATSConfiguration(url: text) }
        #expect(error?.code == .invalidOptions)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("A system without the library is told which package to install")
    func missingLibrary() {
        let error = #expect(throws: EventError.self) { try NATSLibrary(files: ["libnone.so.3"]) }
        #expect(error?.message.contains("libnats3.4") == true)
        let other = #expect(throws: EventError.self) { try NATSLibrary(files: ["libc.so.6"]) }
        #expect(other?.message.contains("nats_GetVersion") == true)
    }

    @Test("A server that is not there is an error that says where")
    func nobodyThere() async throws {
        // Port 1 of this machine is reserved, and nothing listens there.
        let configuration = try NATSConfiguration(url: "nats://127.0.0.1:1?time_limit=1")
        let error = await #expect(throws: EventError.self) { try await NATSEventBus.connect(configuration) }
        #expect(error?.code == .unavailable && error?.message.contains("127.0.0.1:1") == true)
    }
}
