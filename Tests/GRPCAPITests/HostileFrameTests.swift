// SPDX-License-Identifier: Apache-2.0

import AutoGLMProtocol
import Foundation
import GRPCCore
import KServeProtocol
import OpenAutoGLMTesting
import SwiftProtobuf
import Testing

/// What no client of gRPC would send, over connections of its own.
@Suite("Hostile frames of gRPC", .timeLimit(.minutes(20)))
struct HostileFrameTests {
    /// Bytes after the preface, and how they are answered.
    struct Attack: Sendable {
        let what: String
        let bytes: [UInt8]
        let answer: RawHTTP2.Answer
        var preface = RawHTTP2.preface

        init(_ what: String, _ bytes: [UInt8], _ answer: RawHTTP2.Answer) {
            (self.what, self.bytes, self.answer) = (what, bytes, answer)
        }
    }

    private static let infer = "/inference.GRPCInferenceService/ModelInfer"
    private static let generate = "/autoglm.v1.AutoGLM/Generate"
    private static let invalid = RawHTTP2.Answer.status(RPCError.Code.invalidArgument.rawValue)

    /// A number as protobuf writes it.
    private static func varint(_ number: UInt64) -> [UInt8] {
        var (number, bytes) = (number, [UInt8]())
        while number >= 128 {
            bytes.append(UInt8(number & 127) | 128)
            number >>= 7
        }
        return bytes + [UInt8(number)]
    }

    /// Bytes that are no message of any of the services.
    static let malformed: [(String, [UInt8])] = [
        ("bytes of ones", .init(repeating: 255, count: 64)), ("a number that does not end", [0x08, 0x80, 0x80]),
        ("a number of eleven bytes", [0x08] + .init(repeating: 0x80, count: 10) + [1]),
        ("a length beyond the message", [0x0A, 0x7F, 0x41]),
        ("a length of 4 GiB", [0x0A] + varint(1 << 32 - 1)), ("a length of 2^63", [0x0A] + varint(1 << 63)),
        ("a length of 2^64 - 1", [0x0A] + varint(.max)), ("a field without a number", [0x02, 0x00]),
        ("a kind of field that there is not", [0x0F, 0x00]), ("the end of a group that did not begin", [0x0C]),
        ("a group that does not end", [0x0B]),
        ("groups nested 60,000 deep", .init(repeating: 0x7B, count: 60_000)),
        ("a text that is no UTF-8", [0x0A, 0x02, 0xC3, 0x28]),
    ]

    private static func tensor(_ change: (inout Inference_ModelInferRequest) -> Void) -> [UInt8] {
        let message = Inference_ModelInferRequest.with {
            $0.modelName = "texts"
            $0.inputs = [.with { ($0.name, $0.datatype, $0.shape) = ("INPUT0", "BYTES", [1]) }]
            change(&$0)
        }
        return (try? message.serializedBytes()) ?? []
    }

    private static let good = tensor { $0.inputs[0].contents.bytesContents = [Data([65])] }

    static let attacks: [Attack] = {
        func infer(_ what: String, _ body: [UInt8], _ answer: RawHTTP2.Answer, _ more: [(String, String)] = [])
            -> Attack
        {
            Attack(what, RawHTTP2.call(Self.infer, body, more), answer)
        }
        let message = RawHTTP2.message(Self.good)
        var all = [infer("a good call", message, .status(0))]
        for (what, bytes) in Self.malformed {
            for (path, name) in [(Self.infer, "ModelInfer"), (Self.generate, "Generate")] {
                all.append(Attack("\(name): \(what)", RawHTTP2.call(path, RawHTTP2.message(bytes)), Self.invalid))
            }
        }
        // All within the windows that a connection begins with. A shape of sixty thousand dimensions, packed.
        let dimensions = [UInt8](repeating: 1, count: 60_000)
        let shape = [0x1A] + Self.varint(UInt64(dimensions.count)) + dimensions
        let input = [0x2A] + Self.varint(UInt64(shape.count)) + shape
        all.append(
            infer("sixty thousand dimensions", RawHTTP2.message(Self.tensor { $0.inputs = [] } + input), Self.invalid))
        let contents = Self.tensor { $0.rawInputContents = Array(repeating: Data(), count: 25_000) }
        all.append(infer("the contents of 25,000 inputs", RawHTTP2.message(contents), Self.invalid))
        return all + Self.framing(infer, message) + Self.transport(message)
    }()

    /// Attacks on gRPC's frames around messages.
    private static func framing(
        _ infer: (String, [UInt8], RawHTTP2.Answer, [(String, String)]) -> Attack, _ message: [UInt8]
    ) -> [Attack] {
        let code = { (code: RPCError.Code) in RawHTTP2.Answer.status(code.rawValue) }
        let gzip = [("grpc-encoding", "gzip")]
        return [
            infer("no message", [], code(.internalError), []),
            infer("two messages where one belongs", message + message, code(.internalError), []),
            infer("a message that is cut off", Array(message.dropLast(3)), code(.internalError), []),
            infer(
                "a message of 4 GiB by its own word", RawHTTP2.message([1], length: .max), .refused, []),
            infer(
                "compression without its name", RawHTTP2.message(Self.good, isCompressed: 1), .refused, []),
            infer("compression of an unknown kind", message, code(.unimplemented), [("grpc-encoding", "zip")]),
            infer("gzip that is none", RawHTTP2.message(Self.good, isCompressed: 1), .refused, gzip),
            infer("a timeout that is none", message, .status(0), [("grpc-timeout", "99999999999X")]),
            Attack("a service that there is not", RawHTTP2.call("/none.None/None", message), code(.unimplemented)),
            Attack("a path that is none", RawHTTP2.call("*", message), code(.unimplemented)),
        ]
    }

    /// Attacks on HTTP/2 itself.
    private static func transport(_ message: [UInt8]) -> [Attack] {
        let headers = RawHTTP2.headers(Self.infer)
        let more = RawHTTP2.frame(9, stream: 1, [UInt8](repeating: 0, count: 1 << 14))
        var noPreface = Attack("HTTP/1.1", Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), .refused)
        noPreface.preface = []
        return [
            noPreface,
            Attack("a frame of 16 MiB", RawHTTP2.frame(0, stream: 1, [0], length: 0xFF_FFFF), .refused),
            Attack("data of a stream that there is not", RawHTTP2.frame(0, flags: 1, stream: 1, message), .refused),
            Attack("headers of no stream", RawHTTP2.frame(1, flags: 5, stream: 0, headers), .refused),
            Attack(
                "headers that are no HPACK", RawHTTP2.frame(1, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF]), .refused),
            Attack(
                "headers without end",
                RawHTTP2.frame(1, stream: 1, headers) + [UInt8](Array(repeating: more, count: 64).joined()), .refused),
            Attack("a window that overflows", RawHTTP2.frame(8, [0x7F, 0xFF, 0xFF, 0xFF]), .refused),
            Attack("settings that cannot be", RawHTTP2.frame(4, [0, 4, 0xFF, 0xFF, 0xFF, 0xFF]), .refused),
            Attack("a reset of no stream", RawHTTP2.frame(3, stream: 0, [0, 0, 0, 8]), .refused),
        ]
    }

    @Test("Whatever comes gets the protocol's clear error, and the server serves on")
    func attacks() async throws {
        try await LiveGRPC.run(chat: ScriptedModel()) { server in
            for attack in Self.attacks {
                let answer = try await RawHTTP2.ask(server.port, attack.bytes, preface: attack.preface)
                #expect(answer == attack.answer, "\(attack.what)")
                let good = try await RawHTTP2.ask(server.port, RawHTTP2.call(Self.infer, RawHTTP2.message(Self.good)))
                #expect(good == .status(0), "after \(attack.what)")
            }
        }
    }

    @Test("Clients that leave in the middle of anything leave nothing behind")
    func leaving() async throws {
        try await LiveGRPC.run(chat: ScriptedModel()) { server in
            for attack in Self.attacks {
                let bytes = attack.preface + attack.bytes
                for end in [1, attack.preface.count + 4, bytes.count / 2, bytes.count] {
                    try await RawHTTP2.leave(server.port, after: Array(bytes.prefix(end)))
                }
            }
            let good = try await RawHTTP2.ask(server.port, RawHTTP2.call(Self.infer, RawHTTP2.message(Self.good)))
            #expect(good == .status(0))
        }
    }

    @Test("Messages with a few bytes changed are answered or refused, and harm nobody", arguments: [infer, generate])
    func mutations(path: String) async throws {
        let begin = Autoglm_V1_GenerateRequest.with {
            $0.begin.model = "scripted"
            $0.begin.conversation.messages = [.with { ($0.role, $0.text) = ("user", "Hi") }]
            $0.begin.maxTokens = 4
        }
        let message: [UInt8] = try path == Self.infer ? Self.good : begin.serializedBytes()
        let codes: [RPCError.Code] = [
            .invalidArgument, .notFound, .unimplemented, .resourceExhausted, .internalError, .unavailable,
        ]
        let fine = Set(codes.map { RawHTTP2.Answer.status($0.rawValue) } + [.status(0)])
        try await LiveGRPC.run(chat: ScriptedModel()) { server in
            var generator = SeededGenerator(state: 20_261_129)
            for turn in 0..<300 {
                var bytes = message
                for _ in 0...Int.random(in: 0..<3, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.insert([0, 127, 128, 255].randomElement(using: &generator) ?? 0, at: place)
                    default: if bytes.count > 1 { bytes.remove(at: place) }
                    }
                }
                let answer = try await RawHTTP2.ask(server.port, RawHTTP2.call(path, RawHTTP2.message(bytes)))
                #expect(fine.contains(answer), "turn \(turn): \(answer) to \(bytes)")
            }
        }
    }
}
