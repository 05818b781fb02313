// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteTransport
import Testing

@Suite("Media are fetched from the internet only")
struct MediaAddressTests {
    @Test(
        "Addresses of machines, networks and special purposes are not public",
        arguments: [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
            "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
            "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
            "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
            "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1",
            "ff02::1",
        ])
    func special(_ text: String) throws { #expect(try #require(IPAddress(text)).isPublic == false) }

    @Test(
        "Addresses next to them are",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255",
            "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888",
        ])
    func unremarkable(_ text: String) throws { #expect(try #require(IPAddress(text)).isPublic) }

    @Test(
        "Only the usual form of an address is one",
        arguments: [
            "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.1", "127.0.0.1.", "1.2.3", "256.1.1.1", "", ":", "::1%lo",
        ])
    func forms(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test(
        "URLs that mean different hosts to different readers are refused before anything is looked up",
        arguments: [
            "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/a.png", "data:image/png;base64,AA==",
            "//example.com/a.png", "https:/example.com", "https://", "https:///a.png", "https://user@example.com/",
            "https://example.com@127.0.0.1/", "https://127.0.0.1\\@example.com/", "https://example.com\\.local/",
            "https://exa mple.com/", "https://example.com/a\r\nHost: x", "https://example.com/\0",
            "https://exämple.com/",
            "https://２１３.example/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
            "http://0/", "http://1.2.3.4.5/", "http://[::1/", "http://[127.0.0.1]/", "http://[::1]x/",
            "http://[fe80::1%25lo]/",
            "http://example.com:0/", "http://example.com:99999/", "http://example.com:8o/", "http://-a.example/",
            "http://a..example/", "http://example.com:/", "http://exa%6Dple.com/",
            "https://\(String(repeating: "a", count: 5000))",
        ])
    func tricks(_ url: String) async throws {
        let fetcher = MediaFetcher(resolver: NoResolver())
        await #expect(throws: TransportError.self) { try await fetcher.fetch(url) }
        do { _ = try await fetcher.fetch(url) } catch let error as TransportError {
            #expect(error.code == .refusedAddress)
            #expect(url.isEmpty || !error.message.contains(url))
        }
    }

    @Test(
        "A name with any address that is not public is refused",
        arguments: [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["::ffff:169.254.169.254"], ["fd00::1"]])
    func names(_ addresses: [String]) async throws {
        let fetcher = MediaFetcher(resolver: FixedResolver(addresses: ["media.example": addresses]))
        let error = await #expect(throws: TransportError.self) {
            try await fetcher.fetch("https://media.example/a.png")
        }
        #expect(error?.code == .refusedAddress)
        #expect(addresses.allSatisfy { error?.message.contains($0) == false }, "the message tells what is inside")
    }

    @Test(
        "Addresses written out are judged like those of names",
        arguments: [
            "http://127.0.0.1:22/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/",
        ])
    func literals(_ url: String) async throws {
        let error = await #expect(throws: TransportError.self) {
            try await MediaFetcher(resolver: NoResolver()).fetch(url)
        }
        #expect(error?.code == .refusedAddress)
    }

    @Test("Where hosts are listed, no other is asked, and plain http may be forbidden")
    func policies() async throws {
        var policy = MediaPolicy()
        policy.hosts = ["images.example"]
        policy.allowsPlainHTTP = false
        for url in [
            "https://other.example/a.png", "http://images.example/a.png", "https://images.example.evil.example/",
        ] {
            let fetcher = MediaFetcher(policy, resolver: NoResolver())
            let error = await #expect(throws: TransportError.self) { try await fetcher.fetch(url) }
            #expect(error?.code == .refusedAddress)
        }
    }
}

/// Knows no host, and tells when it is asked.
private struct NoResolver: NameResolver {
    func addresses(of host: String) async throws -> [IPAddress] {
        Issue.record("'\(host)' was looked up")
        return []
    }
}

/// Knows some hosts.
struct FixedResolver: NameResolver {
    let addresses: [String: [String]]

    func addresses(of host: String) async throws -> [IPAddress] {
        (self.addresses[host] ?? []).compactMap { IPAddress($0) }
    }
}
