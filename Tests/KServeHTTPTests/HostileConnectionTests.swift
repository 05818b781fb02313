// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPAPI
import LLMCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// What no HTTP client would send, over sockets of its own.
@Suite("Hostile connections")
struct HostileConnectionTests {
    /// Bytes, and how they are answered.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        /// The status of the answer; nil where there is none.
        let status: Int?

        init(_ what: String, _ text: String, _ status: Int?) {
            (self.testDescription, self.bytes, self.status) = (what, Array(text.utf8), status)
        }
    }

    private static let infer = "/v2/models/add_sub/infer"

    private static func post(_ body: String, _ headers: String = "", length: Int? = nil) -> String {
        "POST \(Self.infer) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length ?? body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    private static func tensors(_ shape: String, _ data: String = "[1,2]") -> String {
        let input = #"{"name":"INPUT0","datatype":"INT32","shape":\#(shape),"data":\#(data)}"#
        return Self.post(#"{"inputs":[\#(input),\#(input.replacing("INPUT0", with: "INPUT1"))]}"#)
    }

    private static func chunked(_ chunks: [String]) -> String {
        var text = "POST \(Self.infer) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        for chunk in chunks { text += "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n" }
        return text + "0\r\n\r\n"
    }

    private static let whole =
        #"{"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,2],"data":[1,2]},"#
        + #"{"name":"INPUT1","datatype":"INT32","shape":[1,2],"data":[3,4]}]}"#

    private static let manyHeaders: String = (0..<200).map { "X-\($0): a\r\n" }.joined()
    private static let long = String(repeating: "a", count: 100_000)

    static let attacks: [Attack] = [
        Attack("a good request", post(whole), 200),
        Attack("chunks of one byte", chunked(whole.map { String($0) }), 200),
        Attack("no JSON", post("{"), 400), Attack("no object", post("[]"), 400),
        Attack("JSON that is too deep", post(String(repeating: "[", count: 5000)), 400),
        Attack("JSON of null bytes", post("\u{0}\u{0}"), 400), Attack("JSON twice", post("\(whole)\(whole)"), 400),
        Attack("a negative dimension", tensors("[-1,2]"), 400),
        Attack("dimensions whose product overflows", tensors("[9223372036854775807,2]"), 400),
        Attack("dimensions whose product overflows to what is there", tensors("[4611686018427387905,4]"), 400),
        Attack("a dimension that is no number", tensors(#"["2"]"#), 400),
        Attack("a dimension with a fraction", tensors("[1.5,2]"), 400),
        Attack("more elements than dimensions", tensors("[1,2]", "[1,2,3]"), 400),
        Attack("elements that do not fit", tensors("[1,2]", "[1,99999999999]"), 400),
        Attack("a negative length", "POST \(infer) HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        Attack("a length that is no number", "POST \(infer) HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        Attack(
            "a length that overflows",
            "POST \(infer) HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
        Attack("a length of petabytes", post("", length: 1 << 50), 413),
        Attack("a length and chunks", post("0\r\n\r\n", "Transfer-Encoding: chunked\r\n"), 400),
        Attack(
            "a JSON length past the end", post(whole, "Inference-Header-Content-Length: 99999\r\n"), 400),
        Attack("a negative JSON length", post(whole, "Inference-Header-Content-Length: -5\r\n"), 400),
        Attack(
            "a chunk of no length",
            "POST \(infer) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400),
        Attack("a header of 40 KiB", "GET /v2 HTTP/1.1\r\nX: \(long.prefix(40_000))\r\n\r\n", 431),
        Attack(
            "200 headers", "GET /v2 HTTP/1.1\r\n\(manyHeaders)\r\n", 431),
        Attack("a path of 100 KiB", "GET /\(long) HTTP/1.1\r\n\r\n", 431),
        Attack("a header without a name", "GET /v2 HTTP/1.1\r\n: a\r\n\r\n", 400),
        Attack("no HTTP at all", "\u{16}\u{3}\u{1}hello\r\n\r\n", 400),
        Attack("another protocol", "SSH-2.0-x\r\n\r\n", 400),
        Attack("a version that there is not", "GET /v2 HTTP/9.9\r\n\r\n", 400),
        Attack("a method that there is not", "BREW /v2 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Attack("a path that there is not", "GET /v2/nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        Attack("half a head", "POST /v2/models/add_sub/inf", 408),
        Attack("a head that does not end", "GET /v2 HTTP/1.1\r\nX: a\r\n", 408),
        Attack("half a body", post("{", length: 1000), 408),
        Attack("half a chunk", "POST \(infer) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", 408),
    ]

    private static var limits: ServerLimits {
        var limits = ServerLimits()
        // Clients that wait for nothing are told at once; those that are in time never wait so long.
        (limits.patience.headTime, limits.patience.bodyTime) = (.milliseconds(200), .milliseconds(200))
        return limits
    }

    @Test("Whatever comes gets the protocol's clear error, and the server serves on")
    func attacks() async throws {
        try await LiveKServe.run(limits: Self.limits) { server in
            for attack in Self.attacks {
                let answer = try await RawConnection.ask(server.port, attack.bytes)
                let head = answer.prefix { $0 != "\r\n" }
                #expect(head.hasPrefix("HTTP/1.1 \(attack.status ?? 0) "), "\(attack.testDescription): \(answer)")
                if attack.status != 200 {
                    let body = answer.components(separatedBy: "\r\n\r\n").last ?? ""
                    let error = try? JSONValue(parsing: body)["error"]
                    let message = error?.stringValue ?? error?["message"]?.stringValue
                    #expect(message?.isEmpty == false, "\(attack.testDescription): \(answer)")
                }
                #expect(try await server.send(.GET, "/v2/health/ready").status == 200, "\(attack.testDescription)")
            }
            let good = try await server.post(Self.infer, Self.whole)
            #expect(good.status == 200)
        }
    }

    @Test("Clients that leave in the middle of anything leave nothing behind")
    func leaving() async throws {
        try await LiveKServe.run { server in
            for attack in Self.attacks {
                for end in [1, attack.bytes.count / 2, attack.bytes.count] {
                    try await RawConnection.leave(server.port, after: Array(attack.bytes.prefix(max(1, end))))
                }
            }
            #expect(try await server.post(Self.infer, Self.whole).status == 200)
        }
    }
}

/// A connection that sends bytes as they are.
enum RawConnection {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Sends bytes, and reads until an answer is whole or the server closes.
    static func ask(_ port: Int, _ bytes: [UInt8]) async throws -> String {
        try await self.connection(port).executeThenClose { inbound, outbound in
            // A server that has refused already may not take the rest.
            try? await outbound.write(ByteBuffer(bytes: bytes))
            var text = ""
            do {
                for try await part in inbound {
                    text += String(buffer: part)
                    if self.isWhole(text) { break }
                }
            } catch is IOError {}
            return text
        }
    }

    /// Sends bytes, and closes without reading.
    static func leave(_ port: Int, after bytes: [UInt8]) async throws {
        try await self.connection(port).executeThenClose { _, outbound in
            try? await outbound.write(ByteBuffer(bytes: bytes))
        }
    }

    private static func connection(_ port: Int) async throws -> Connection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let length = text[..<end.lowerBound].split(separator: "\r\n").lazy
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
        return length.map { text[end.upperBound...].utf8.count >= $0 } ?? false
    }
}
