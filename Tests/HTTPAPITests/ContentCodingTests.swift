// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Encodings of bodies")
struct ContentCodingTests {
    @Test(
        "A client gets the encoding that it would rather have",
        arguments: [
            ("gzip", .gzip), ("deflate", .deflate), ("gzip, deflate", .gzip), ("deflate, gzip", .deflate),
            ("GZIP", .gzip), ("x-gzip", .gzip), ("gzip;q=0.5, deflate;q=0.8", .deflate), ("gzip; q = 0, br", nil),
            ("br, zstd", nil), ("", nil), ("*", nil), ("identity", nil), ("gzip;q=x", nil), (";;,,;q", nil),
            ("br;q=1, gzip;q=0.1", .gzip),
        ] as [(String, ContentCoding?)])
    func preferred(accepted: String, coding: ContentCoding?) {
        #expect(ContentCoding.preferred(in: accepted) == coding)
    }

    @Test("What is deflated is inflated again, within its exact length", arguments: ContentCoding.allCases)
    func bothWays(coding: ContentCoding) throws {
        for count in [0, 1, 1000, 65_535, 65_536, 200_000] {
            let bytes = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
            let deflated = try coding.deflated(bytes)
            #expect(try coding.inflated(deflated, limit: count) == bytes)
            if count > 0 { #expect(throws: APIError.self) { try coding.inflated(deflated, limit: count - 1) } }
        }
    }

    @Test("A compressed request of a chat is answered")
    func chat() async throws {
        let body = ByteBuffer(string: #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}"#)
        try await LiveServer.run(ScriptedModel(replies: ["fine"])) { server in
            let deflated = try ContentCoding.gzip.deflated(body)
            let reply = try await server.send(bytes: deflated, headers: [("Content-Encoding", "gzip")])
            #expect(reply.status == 200)
            #expect(reply.json["choices"]?.arrayValue?.first?["message"]?["content"] == "fine")
            let unknown = try await server.send(bytes: deflated, headers: [("Content-Encoding", "br")])
            #expect(unknown.status == 415 && unknown.error["code"] == "unsupported_encoding")
        }
    }
}
