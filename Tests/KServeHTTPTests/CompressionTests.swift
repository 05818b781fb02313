// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import Testing

@Suite("Compressed bodies")
struct CompressionTests {
    private static let infer = "/v2/models/floats/infer"

    /// `{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[2],"data":[1,2]}]}` as Python's gzip and zlib write it.
    private static let request: [ContentCoding: [UInt8]] = [
        .gzip: Self.bytes(
            "1f8b0800000000000203ab56cacc2b282d2956b28aae56ca4bcc4d55b252f2f40b080d3150d2514a492c492ca92c0089b905181b01458a331241"
                + "dc68a358882c9069a863145b1b5b0b009466265d49000000"),
        .deflate: Self.bytes(
            "789cab56cacc2b282d2956b28aae56ca4bcc4d55b252f2f40b080d3150d2514a492c492ca92c0089b905181b01458a331241dc68a358882c9069"
                + "a863145b1b5b0b0050501662"),
    ]

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test("A compressed request is answered as the same one is that is not", arguments: ContentCoding.allCases)
    func requests(coding: ContentCoding) async throws {
        let body = try #require(Self.request[coding])
        try await LiveKServe.run { server in
            let reply = try await server.send(.POST, Self.infer, body, headers: [("Content-Encoding", coding.rawValue)])
            #expect(reply.status == 200)
            #expect(reply.json["outputs"]?.arrayValue?.first?["data"] == [1.0, 2.0])
            #expect(reply.headers["content-encoding"] == nil)
        }
    }

    @Test("An answer is compressed where the client takes that and it is worth it", arguments: ContentCoding.allCases)
    func answers(coding: ContentCoding) async throws {
        let numbers = (0..<1000).map(String.init).joined(separator: ",")
        let body = #"{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1000],"data":[\#(numbers)]}]}"#
        try await LiveKServe.run { server in
            let plain = try await server.post(Self.infer, body)
            let reply = try await server.send(
                .POST, Self.infer, Array(body.utf8), headers: [("Accept-Encoding", coding.rawValue)])
            #expect(reply.headers["content-encoding"] == coding.rawValue)
            // The client inflates it by itself.
            #expect(reply.headers["content-length"].flatMap(Int.init) ?? .max < plain.bytes.count)
            #expect(reply.bytes == plain.bytes)
            let short = try await server.send(
                .POST, Self.infer, Self.request[coding],
                headers: [("Content-Encoding", coding.rawValue), ("Accept-Encoding", coding.rawValue)])
            #expect(short.status == 200 && short.headers["content-encoding"] == nil)
        }
    }

    @Test("The length of the JSON before tensors in binary form is that of the bytes that were compressed")
    func binary() async throws {
        let json =
            #"{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[500],"parameters":{"binary_data_size":2000}}],"#
            + #""parameters":{"binary_data_output":true}}"#
        let tensor = (0..<2000).map { UInt8($0 / 4 % 4 * 16) }
        let body = try ContentCoding.gzip.deflated(ByteBuffer(bytes: Array(json.utf8) + tensor))
        try await LiveKServe.run { server in
            let reply = try await server.send(
                .POST, Self.infer, Array(body.readableBytesView),
                headers: [
                    ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip"),
                    ("Inference-Header-Content-Length", "\(json.utf8.count)"),
                ])
            #expect(reply.status == 200)
            #expect(reply.headers["content-encoding"] == "gzip")
            let length = try #require(reply.headers["inference-header-content-length"].flatMap(Int.init))
            #expect(Array(reply.bytes.dropFirst(length)) == tensor)
        }
    }

    /// Bytes that are no body in the encoding that they are said to have.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let encoding: String
        let bytes: [UInt8]
        let status: Int
    }

    static func attacks() throws -> [Attack] {
        let gzip = Self.request[.gzip] ?? []
        var damaged = gzip
        damaged[30] ^= 0xFF
        // A thousand times as long when it is inflated.
        let bomb = Array(try ContentCoding.gzip.deflated(ByteBuffer(repeating: 0x20, count: 8 << 20)).readableBytesView)
        return [
            Attack(testDescription: "an encoding that is not known", encoding: "br", bytes: gzip, status: 415),
            Attack(testDescription: "two encodings", encoding: "gzip, gzip", bytes: gzip, status: 415),
            Attack(testDescription: "no gzip", encoding: "gzip", bytes: Array("{}".utf8), status: 400),
            Attack(testDescription: "another encoding", encoding: "deflate", bytes: gzip, status: 400),
            Attack(testDescription: "cut off", encoding: "gzip", bytes: gzip.dropLast(12), status: 400),
            Attack(testDescription: "damaged", encoding: "gzip", bytes: damaged, status: 400),
            Attack(testDescription: "nothing", encoding: "gzip", bytes: [], status: 400),
            Attack(testDescription: "bytes behind it", encoding: "gzip", bytes: gzip + [1, 2, 3], status: 400),
            Attack(testDescription: "a bomb", encoding: "gzip", bytes: bomb, status: 413),
            Attack(testDescription: "two bodies in one", encoding: "gzip", bytes: gzip + gzip, status: 400),
        ]
    }

    @Test("What cannot be inflated within the limits is refused, and the server serves on")
    func refusals() async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1 << 20
        try await LiveKServe.run(limits: limits) { server in
            for attack in try Self.attacks() {
                let reply = try await server.send(
                    .POST, Self.infer, attack.bytes, headers: [("Content-Encoding", attack.encoding)])
                #expect(reply.status == attack.status, "\(attack.testDescription)")
                #expect(reply.json["error"]?.stringValue?.isEmpty == false, "\(attack.testDescription)")
            }
            #expect(try await server.send(.GET, "/v2/health/live").status == 200)
        }
    }
}
