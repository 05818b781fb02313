// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import Tokenization

@Suite("Requests that end early or cannot start", .serialized)
struct LifecycleTests {
    let engine: LocalEngine

    init() throws { self.engine = try DefaultEngine.shared.get() }

    private func endless() -> GenerationJob {
        GenerationJob(prompt: self.engine.tokens(GenerationTests.story), sampling: SamplingOptions(seed: 5))
    }

    @Test("Cancelling the reading task ends the sequence and frees it")
    func cancellation() async throws {
        let engine = self.engine
        let job = self.endless()
        let (started, signal) = AsyncStream<Void>.makeStream()
        let reader = Task {
            var tokens = 0
            for try await event in try engine.generate(job) {
                if case .text(let delta) = event { tokens += delta.tokens.count }
                signal.yield()
            }
            return tokens
        }
        for await _ in started { break }
        reader.cancel()
        let tokens = try await reader.value
        #expect(tokens < 8000)
        try await engine.waitUntilIdle()
    }

    @Test("Dropping the stream ends the sequence too")
    func droppedStream() async throws {
        var count = 0
        for try await event in try self.engine.generate(self.endless()) {
            if case .text = event { count += 1 }
            if count == 3 { break }
        }
        try await self.engine.waitUntilIdle()
        #expect(count == 3)
    }

    @Test("More requests than places all finish")
    func manyRequests() async throws {
        let small = try DefaultEngine.open(EngineConfiguration(batchTokens: 32, maximumSequences: 2))
        let job = GenerationJob(prompt: small.tokens(GenerationTests.question), maxTokens: 4)
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await small.response(job).text } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts.count == 1)
        try await small.waitUntilIdle()
    }

    @Test("Too many waiting requests are refused with a reason")
    func queueFull() async throws {
        let small = try DefaultEngine.open(EngineConfiguration(maximumSequences: 1, maximumQueuedRequests: 1))
        let job = GenerationJob(prompt: small.tokens(GenerationTests.story))
        var streams: [GenerationStream] = []
        let error = #expect(throws: EngineError.self) {
            for _ in 0..<50 { streams.append(try small.generate(job)) }
        }
        #expect(error?.code == .queueFull)
        #expect(streams.count == 2, "one is computed, one waits")
        streams = []
        try await small.waitUntilIdle()
    }

    @Test("A sequence that fills its context ends with reason length")
    func contextEnd() async throws {
        let small = try DefaultEngine.open(EngineConfiguration(contextLength: 40))
        let prompt = small.tokens(GenerationTests.story)
        let response = try await small.response(GenerationJob(prompt: prompt, maxTokens: .max))
        #expect(response.summary.finishReason == .length)
        #expect(prompt.count + response.tokens.count == 40)
    }

    @Test("Prompts that are empty or too long, and settings out of range, are errors that say so")
    func refusals() throws {
        let engine = self.engine
        let tooLong = [TokenID](repeating: 1, count: engine.contextLength)
        for (job, code) in [
            (GenerationJob(prompt: []), "engine.empty-prompt"),
            (GenerationJob(prompt: tooLong), "engine.context-overflow"),
            (GenerationJob(prompt: [1], maxTokens: -1), "llm.invalid-request"),
            (GenerationJob(prompt: [1], sampling: SamplingOptions(temperature: -1)), "llm.invalid-request"),
            (GenerationJob(prompt: [1], sampling: SamplingOptions(topP: 0)), "llm.invalid-request"),
            (GenerationJob(prompt: [1], sampling: SamplingOptions(topK: 0)), "llm.invalid-request"),
            (GenerationJob(prompt: [1], sampling: SamplingOptions(minP: 2)), "llm.invalid-request"),
            (GenerationJob(prompt: [1], topLogProbabilities: 100_000), "llm.invalid-request"),
            (GenerationJob(prompt: [1, -1]), "transformer.invalid-token"),
        ] {
            let error = #expect(throws: (any Error).self) { _ = try engine.generate(job) }
            #expect((error as? any CodedError)?.codeName == code)
        }
        for configuration in [
            EngineConfiguration(threads: 0), EngineConfiguration(contextLength: 0),
            EngineConfiguration(batchTokens: 0), EngineConfiguration(maximumSequences: 0),
        ] {
            let error = #expect(throws: EngineError.self) { _ = try DefaultEngine.open(configuration) }
            #expect(error?.code == .invalidConfiguration)
        }
    }

    @Test("A token outside the vocabulary fails its own request only")
    func invalidToken() async throws {
        let error = await #expect(throws: (any Error).self) {
            try await self.engine.response(GenerationJob(prompt: [1_000_000], maxTokens: 1))
        }
        #expect((error as? any CodedError)?.codeName == "transformer.invalid-token")
        let scoring = await #expect(throws: (any Error).self) {
            try await self.engine.score(prompt: [1], continuations: [[2], [3, -1]])
        }
        #expect((scoring as? any CodedError)?.codeName == "transformer.invalid-token")
        let job = GenerationJob(prompt: self.engine.tokens(GenerationTests.question), maxTokens: 4)
        #expect(try await self.engine.response(job).tokens.count == 4)
    }
}
