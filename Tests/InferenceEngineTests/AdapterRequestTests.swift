// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import Tokenization
import TransformerRuntime

@Suite("Requests with adapters")
struct AdapterRequestTests {
    private static func job(_ adapter: String?, prompt: [TokenID] = LocalEngine.prompt(3, length: 150)) -> GenerationJob
    {
        var job = GenerationJob(prompt: prompt, maxTokens: 16)
        job.adapter = adapter
        return job
    }

    @Test("Requests with different adapters are computed together and answered as alone")
    func together() async throws {
        try await TinyAdapter.with(seed: 1) { first in
            try await TinyAdapter.with(seed: 2) { second in
                let paths = ["first": first, "second": second]
                var alone: [[Int]] = []
                for adapter in ["first", nil, "second"] {
                    let engine = try TinyEngine.open(TinyEngine.with { $0.adapters = paths })
                    alone.append(try await engine.response(Self.job(adapter)).tokenIDs)
                }
                #expect(Set(alone).count == 3)
                let engine = try TinyEngine.open(TinyEngine.with { $0.adapters = paths })
                let streams = try ["first", nil, "second"].map { try engine.generate(Self.job($0)) }
                for (stream, expected) in zip(streams, alone) {
                    #expect(try await stream.response().tokenIDs == expected)
                }
            }
        }
    }

    @Test("What was computed with one adapter is never continued with another")
    func prefixes() async throws {
        try await TinyAdapter.with(seed: 1) { path in
            let engine = try TinyEngine.open()
            try engine.loadAdapter(named: "a", from: path)
            let plain = try await engine.response(Self.job(nil))
            let adapted = try await engine.response(Self.job("a"))
            #expect(adapted.summary.usage.cachedPromptTokens == 0 && adapted.tokenIDs != plain.tokenIDs)
            for (adapter, expected) in [("a", adapted), (nil, plain)] {
                let again = try await engine.response(Self.job(adapter))
                #expect(again.summary.usage.cachedPromptTokens > 100)
                #expect(again.tokenIDs == expected.tokenIDs)
            }
        }
    }

    @Test("An adapter is replaced and removed while the engine runs; unknown ones are errors by name")
    func names() async throws {
        try await TinyAdapter.with(seed: 1) { first in
            try await TinyAdapter.with(seed: 2) { second in
                let engine = try TinyEngine.open()
                let none = #expect(throws: EngineError.self) { try engine.generate(Self.job("poet")) }
                #expect(none?.code == .unknownAdapter && none?.message.contains("'poet'") == true)
                try engine.loadAdapter(named: "poet", from: first)
                let before = try await engine.response(Self.job("poet")).tokenIDs
                let near = #expect(throws: EngineError.self) { try engine.generate(Self.job("poem")) }
                #expect(near?.message.contains("'poet'") == true)
                try engine.loadAdapter(named: "poet", from: second)
                let after = try await engine.response(Self.job("poet"))
                #expect(after.tokenIDs != before && after.summary.usage.cachedPromptTokens == 0)
                #expect(engine.removeAdapter(named: "poet") && !engine.removeAdapter(named: "poet"))
                #expect(throws: EngineError.self) { try engine.generate(Self.job("poet")) }
            }
        }
        let engine = try TinyEngine.open()
        #expect(throws: (any Error).self) { try engine.loadAdapter(named: "x", from: "/nowhere") }
    }
}
