// SPDX-License-Identifier: Apache-2.0

import AutoGLMProtocol
import GRPCAPI
import OpenAutoGLMTesting
import SwiftProtobuf
import Testing

@Suite("Readers of gRPC that do not read", .timeLimit(.minutes(5)))
struct SilentReaderTests {
    private static let piece = String(repeating: "on and on ", count: 1000)

    @Test("A client that takes nothing of its stream loses it, and the model writes no more than is on its way")
    func drops() async throws {
        let model = EndlessModel(saying: Self.piece)
        let begin =
            try Autoglm_V1_GenerateRequest.with { ($0.begin.model, $0.begin.text) = ("endless", "Go") }
            .serializedBytes() as [UInt8]
        let call = RawHTTP2.call("/autoglm.v1.AutoGLM/Generate", RawHTTP2.message(begin))
        try await LiveGRPC.run(chat: model, readTime: .milliseconds(200)) { server in
            // It reads what comes, but never says that it has: its window stays shut.
            let answer = try await RawHTTP2.ask(server.port, call)
            #expect(answer == .refused)
            await model.waitForDrop()
            #expect(model.pieceCount * Self.piece.utf8.count < 64 << 20, "\(model.pieceCount) pieces")
        }
    }

    @Test("A connection that says nothing is closed")
    func nothing() async throws {
        try await LiveGRPC.run(beginTime: .milliseconds(100)) { server in
            let answer = try await RawHTTP2.ask(server.port, [], preface: [])
            #expect(answer == .refused)
        }
    }
}
