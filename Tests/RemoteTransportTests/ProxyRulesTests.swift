// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteTransport
import Testing

@Suite("Which connections go by a proxy")
struct ProxyRulesTests {
    @Test(
        "The environment names a proxy for each scheme",
        arguments: [
            ([:], "https://a.example", nil), (["HTTPS_PROXY": "http://p:1"], "https://a.example", "http://p:1"),
            (["HTTPS_PROXY": "http://p:1"], "http://a.example", nil),
            (["HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"], "https://a.example", "http://q:1"),
            (["HTTP_PROXY": "p:1"], "http://a.example", "http://p:1"),
            (["HTTP_PROXY": "p:1", "REQUEST_METHOD": "GET"], "http://a.example", nil),
            (["ALL_PROXY": "socks5://p"], "https://a.example", "socks5://p:1080"),
            (["ALL_PROXY": "http://p:1", "https_proxy": ""], "https://a.example", nil),
            (["ALL_PROXY": "http://p:1"], "no URL", nil),
        ] as [([String: String], String, String?)])
    func environment(variables: [String: String], url: String, proxy: String?) throws {
        #expect(try ProxyRules.environment(variables).server(for: url) == proxy.map { try ProxyServer($0) })
    }

    @Test(
        "Exceptions are asked directly",
        arguments: [
            ("", "localhost", true), ("", "127.8.0.1", true), ("", "[::1]", true), ("", "a.localhost", true),
            ("", "a.example", false), ("*", "a.example", true), ("a.example", "a.example", true),
            ("a.example", "b.a.example", true), ("a.example", "ba.example", false), (".a.example", "b.a.example", true),
            (".a.example", "a.example", false), ("*.a.example", "b.a.example", true), ("A.Example", "a.example", true),
            ("b, a.example ,c", "a.example", true), ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.3", "10.1.2.3", true), ("fd00::/8", "[fd12::1]", true), ("a.example:443", "a.example", true),
            ("a.example:80", "a.example", false), ("10.0.0.0/99", "10.0.0.1", false), (",", "a.example", false),
        ])
    func exceptions(list: String, host: String, isDirect: Bool) throws {
        let rules = try ProxyRules(url: "http://p:1", exceptions: list)
        #expect(try (rules.server(for: "https://\(host)/v1") == nil) == isDirect)
    }

    @Test("A proxy of the environment that is none is told to who needs it")
    func malformed() throws {
        let rules = ProxyRules.environment(["HTTPS_PROXY": "https://me:secret@p"])
        let error = #expect(throws: TransportError.self) { try rules.server(for: "https://a.example") }
        #expect(error?.code == .invalidProxy && error?.message.contains("secret") == false)
        #expect(try rules.server(for: "http://a.example") == nil)
    }
}
