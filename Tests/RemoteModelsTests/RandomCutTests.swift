// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import RemoteModels
import Testing

/// Answers that arrive in pieces of any length, or break off anywhere; AUTOGLM_LONG_CONFORMANCE makes a hundred times as many.
@Suite("Every adapter reads answers however they arrive")
struct RandomCutTests {
    private static let isLong = ProcessInfo.processInfo.environment["AUTOGLM_LONG_CONFORMANCE"] != nil
    static let seeds = 1...UInt64(Self.isLong ? 400 : 4)

    @Test("Pieces of random lengths make the same answer", arguments: AdapterConformanceTests.cases)
    func cuts(item: AdapterConformanceTests.Case) async throws {
        try await self.check(item) { reply, random in
            var (rest, pieces) = (reply.pieces.flatMap(\.self)[...], [[UInt8]]())
            while !rest.isEmpty {
                let length = Int.random(in: 1...min(40, rest.count), using: &random)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            reply.pieces = pieces
        } expect: { result, seed in
            let text = try? result.get()
            #expect(text == "The capital is Paris é😀.", "seed \(seed): \(result)")
        }
    }

    @Test(
        "An answer that breaks off anywhere is an error, or it was complete", arguments: AdapterConformanceTests.cases)
    func breaks(item: AdapterConformanceTests.Case) async throws {
        try await self.check(item) { reply, random in
            let bytes = reply.pieces.flatMap(\.self)
            let kept = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            reply.pieces = kept.isEmpty ? [] : [kept]
            reply.end = .cutOff
        } expect: { result, seed in
            switch result {
            case .success(let text): #expect(text == "The capital is Paris é😀.", "seed \(seed)")
            case .failure(let error):
                #expect((error as? LLMError)?.code == .truncatedStream, "seed \(seed): \(error)")
            }
        }
    }

    /// Asks a server whose answers are changed by each seed.
    private func check(
        _ item: AdapterConformanceTests.Case,
        change: @escaping @Sendable (inout ScriptedServer.Reply, inout SeededGenerator) -> Void,
        expect: (Result<String, any Error>, UInt64) -> Void
    ) async throws {
        let answer = { @Sendable (request: ScriptedServer.Request) -> ScriptedServer.Reply in
            // The seed is the model's name, which every protocol tells.
            let name = request.json["model"]?.stringValue ?? ""
            var random = SeededGenerator(state: UInt64(name) ?? 0)
            var reply = item.server(request)
            change(&reply, &random)
            return reply
        }
        try await ScriptedServer.run(answer) { server in
            for seed in Self.seeds {
                let model = try item.backend.open("\(seed)", baseURL: server.url + item.path, environment: [:])
                var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
                request.isStreamed = !seed.isMultiple(of: 3)
                var result: Result<String, any Error>
                do {
                    result = .success(try await model.generate(request).response().text)
                } catch { result = .failure(error) }
                expect(result, seed)
            }
        }
    }
}
