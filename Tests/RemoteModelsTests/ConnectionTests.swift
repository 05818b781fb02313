// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteModels
import RemoteTransport
import Synchronization
import Testing

@Suite("Encrypted connections, and those by way of a proxy")
struct ConnectionTests {
    @Test("A server is trusted by its authority's file, and without it by nobody")
    func authority() async throws {
        try await ScriptedServer.run(OpenAIServer.reply, isEncrypted: true) { server in
            try await TestCertificate.withFile { file in
                var settings = TransportSettings()
                settings.authorities = try CertificateAuthorities(file: file)
                let model = OpenAIChatModel("m", baseURL: "\(server.url)/v1", transport: HTTPTransport(settings))
                let response = try await model.generate(GenerationRequest(prompt: "Hello")).response()
                #expect(response.text == "The capital is Paris é😀.")
            }
            let stranger = OpenAIChatModel("m", baseURL: "\(server.url)/v1")
            let error = await #expect(throws: LLMError.self) {
                try await stranger.generate(GenerationRequest(prompt: "Hello")).response()
            }
            #expect(error?.code == .unauthorized && error?.message.contains("nobody vouches for") == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A certificate of another host is not taken")
    func wrongHost() async throws {
        try await ScriptedServer.run(OpenAIServer.reply, isEncrypted: true) { server in
            try await TestCertificate.withFile { file in
                var settings = TransportSettings()
                settings.authorities = try CertificateAuthorities(file: file)
                settings.addresses = ["other.example": "127.0.0.1"]
                settings.proxies = .direct
                let transport = HTTPTransport(settings)
                let error = await #expect(throws: TransportError.self) {
                    try await transport.send(TransportRequest(url: "https://other.example:\(server.port)/"))
                }
                #expect(error?.code == .untrusted)
            }
        }
    }

    @Test("What is no file of certificates is refused", arguments: ["no-such-file", "Package.swift"])
    func noCertificates(path: String) {
        let error = #expect(throws: TransportError.self) { try CertificateAuthorities(file: path) }
        #expect(error?.code == .invalidCertificates && error?.message.contains(path) == true)
    }

    @Test("A question goes by way of the proxy, encrypted to the server", arguments: [true, false])
    func proxy(isEncrypted: Bool) async throws {
        try await ScriptedServer.run(OpenAIServer.reply, isEncrypted: isEncrypted) { server in
            try await TestProxy.run(target: server.port) { proxy in
                try await TestCertificate.withFile { file in
                    var settings = TransportSettings()
                    settings.authorities = try CertificateAuthorities(file: file)
                    let url = proxy.url.replacing("http://", with: "http://me:pass%20word@")
                    settings.proxies = .environment(["HTTPS_PROXY": url, "http_proxy": url])
                    let base = isEncrypted ? "https://server.example" : "http://server.example"
                    let model = OpenAIChatModel("m", baseURL: "\(base)/v1", transport: HTTPTransport(settings))
                    // A connection is used again once it is free, which may be a moment after the answer is read.
                    var heads: [String] = []
                    repeat {
                        _ = try await model.generate(GenerationRequest(prompt: "Hello")).response()
                        heads = proxy.requests.withLock { $0 }
                    } while heads.count == server.requests.count && heads.count < 20
                    #expect(heads.count < server.requests.count)
                    for head in heads {
                        #expect(head.hasPrefix("CONNECT server.example:\(isEncrypted ? 443 : 80) "))
                        // "me:pass word" in base 64.
                        #expect(head.lowercased().contains("proxy-authorization: basic bwu6cgfzcyb3b3jk"))
                    }
                }
            }
        }
    }

    @Test("A proxy that wants a password says so, and its own is not shown")
    func refusingProxy() async throws {
        try await TestProxy.run(target: 1, refuses: true) { proxy in
            var settings = TransportSettings()
            settings.proxies = try ProxyRules(url: proxy.url.replacing("http://", with: "http://me:secret@"))
            let transport = HTTPTransport(settings)
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(TransportRequest(url: "https://server.example/"))
            }
            #expect(error?.code == .connectionFailed && error?.message.contains("The proxy on the way") == true)
            #expect("\(error as Any)".contains("secret") == false)
        }
    }

    @Test("This machine is asked directly, whatever the proxy")
    func direct() async throws {
        try await ScriptedServer.run(OpenAIServer.reply) { server in
            try await TestProxy.run(target: 1) { proxy in
                var settings = TransportSettings()
                settings.proxies = try ProxyRules(url: proxy.url)
                let response = try await HTTPTransport(settings).send(TransportRequest(url: "\(server.url)/health"))
                #expect(response.isSuccess && proxy.requests.withLock { $0.isEmpty })
            }
        }
    }

    @Test(
        "What is no proxy is refused without repeating it",
        arguments: [
            "https://proxy.example:1", "ftp://me:secret@proxy.example", "http://", "http://me:secret@a b",
            "http://h:65536",
            "socks5://h/x",
        ])
    func noProxy(url: String) {
        let error = #expect(throws: TransportError.self) { try ProxyRules(url: url) }
        #expect(error?.code == .invalidProxy && error?.message.contains("secret") == false)
    }
}
