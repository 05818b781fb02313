// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import Tokenization

@Suite("Prompts that were computed before")
struct PrefixCacheTests {
    @Test(
        "A prompt that begins like an earlier one continues from it, to the token and with the same answer",
        arguments: [(1, 0), (5, 5), (63, 63), (64, 64), (65, 64), (68, 68), (100, 100), (199, 199), (200, 199)])
    func continues(shared: Int, expected: Int) async throws {
        let engine = try TinyEngine.open()
        let cold = try TinyEngine.open(TinyEngine.with { $0.prefixCache = false })
        let first = LocalEngine.prompt(1, length: 200)
        let second = Array(first.prefix(shared)) + LocalEngine.prompt(2, length: 200 - shared).map { ($0 + 1) % 256 }
        _ = try await engine.response(GenerationJob(prompt: first, maxTokens: 1))
        let job = GenerationJob(prompt: second, maxTokens: 20, topLogProbabilities: 2)
        let response = try await engine.response(job)
        #expect(response.tokens == (try await cold.response(job)).tokens)
        let found = response.summary.usage.cachedPromptTokens
        // A chance agreement of the next tokens may add some.
        #expect(expected <= 3 ? found == 0 : (expected...expected + 1).contains(found))
    }

    @Test(
        "Completions compute what is new once, too, where their prompt begins like an earlier one",
        arguments: [10, 30, 64, 70])
    func togetherAfterOthers(shared: Int) async throws {
        let engine = try TinyEngine.open()
        let first = LocalEngine.prompt(1, length: 200)
        _ = try await engine.response(GenerationJob(prompt: first, maxTokens: 1))
        let prompt = Array(first.prefix(shared)) + LocalEngine.prompt(2, length: 200 - shared).map { ($0 + 1) % 256 }
        var computed: [Int] = []
        for stream in try engine.generate(GenerationJob(prompt: prompt, maxTokens: 3), completions: 6) {
            computed.append(200 - (try await stream.response().summary.usage.cachedPromptTokens))
        }
        #expect(computed.sorted().prefix(5) == [1, 1, 1, 1, 1])
    }

    @Test("A full cache lets go of other prompts to copy a page that a prompt shares in part")
    func fullCache() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { ($0.cacheTokens, $0.contextLength) = (512, 256) })
        let first = LocalEngine.prompt(1, length: 200)
        for prompt in [LocalEngine.prompt(2, length: 250), first] {
            _ = try await engine.response(GenerationJob(prompt: prompt, maxTokens: 1))
        }
        #expect(await engine.usage.rememberedPages == 8)
        let other = Array(first.prefix(180)) + LocalEngine.prompt(9, length: 20)
        let response = try await engine.response(GenerationJob(prompt: other, maxTokens: 1))
        #expect((180...181).contains(response.summary.usage.cachedPromptTokens))
    }

    @Test("A cache of 8 bits shares and copies pages as well")
    func smallCacheType() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.cacheType = .q8 })
        let prompt = LocalEngine.prompt(1, length: 200)
        let cold = try await engine.response(GenerationJob(prompt: prompt, maxTokens: 20))
        let warm = try await engine.response(GenerationJob(prompt: prompt, maxTokens: 20))
        #expect(warm.tokens == cold.tokens && warm.summary.usage.cachedPromptTokens == 199)
    }

    @Test("The next turn of a conversation finds the answer, too")
    func nextTurn() async throws {
        let engine = try TinyEngine.open()
        let prompt = LocalEngine.prompt(3, length: 90)
        let first = try await engine.response(GenerationJob(prompt: prompt, maxTokens: 50))
        let answer = first.tokenIDs.map { TokenID($0) }
        let next = prompt + answer + LocalEngine.prompt(4, length: 20)
        let response = try await engine.response(GenerationJob(prompt: next, maxTokens: 1))
        #expect(response.summary.usage.cachedPromptTokens >= 90 + answer.count - 1)
    }

    @Test("Completions of one prompt that start together compute it once", arguments: [40, 200, 300])
    func together(length: Int) async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.speculation = .off })
        let prompt = LocalEngine.prompt(UInt64(length), length: length)
        let streams = try engine.generate(
            GenerationJob(prompt: prompt, sampling: SamplingOptions(temperature: 1, seed: 7), maxTokens: 30),
            completions: 6)
        var responses: [GenerationResponse] = []
        for stream in streams { responses.append(try await stream.response()) }
        let computed = responses.map { length - $0.summary.usage.cachedPromptTokens }.sorted()
        #expect(computed == [1, 1, 1, 1, 1, length])
        #expect(Set(responses.map { $0.tokenIDs }).count == 6)
        let alone = SamplingOptions(temperature: 1, seed: 9)
        let third = try await engine.response(GenerationJob(prompt: prompt, sampling: alone, maxTokens: 30))
        #expect(third.tokens == responses[2].tokens)
        try await engine.waitUntilIdle()
        let usage = await engine.usage
        #expect(usage.usedPages == usage.rememberedPages)
    }

    @Test("Scores find prompts, and leave theirs behind")
    func scores() async throws {
        let engine = try TinyEngine.open()
        let prompt = LocalEngine.prompt(5, length: 150)
        let before = try await engine.score(prompt: prompt, continuations: [[1, 2], [3]])
        let response = try await engine.response(GenerationJob(prompt: prompt, maxTokens: 1))
        #expect(response.summary.usage.cachedPromptTokens == 149)
        #expect(try await engine.score(prompt: prompt, continuations: [[1, 2], [3]]) == before)
    }

    @Test("Prompts that share and part at random give the same answers as without a cache, and no page is lost")
    func random() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.cacheTokens = 640 })
        let cold = try TinyEngine.open(TinyEngine.with { $0.prefixCache = false })
        var random = SeededGenerator(seed: 11)
        var known: [[TokenID]] = [[]]
        for round in 0..<60 {
            let jobs = (0..<3).map { _ in
                let old = known.randomElement(using: &random) ?? []
                let more = (0..<Int.random(in: 1...150, using: &random)).map { _ in
                    TokenID.random(in: 0..<2, using: &random)
                }
                let prompt = old.prefix(.random(in: 0...min(old.count, 300), using: &random)) + more
                known.append(Array(prompt))
                return GenerationJob(
                    prompt: Array(prompt), sampling: SamplingOptions(temperature: 1, seed: UInt64(round)), maxTokens: 8)
            }
            async let (one, two, three) = (engine.tokens(jobs[0]), engine.tokens(jobs[1]), engine.tokens(jobs[2]))
            let found = try await [one, two, three]
            for (job, tokens) in zip(jobs, found) { #expect(try await cold.tokens(job) == tokens) }
        }
        try await engine.waitUntilIdle()
        let usage = await engine.usage
        #expect(usage.usedPages == usage.rememberedPages)
        #expect(usage.cachedPromptTokens > 1000)
    }
}

extension LocalEngine {
    fileprivate func tokens(_ job: GenerationJob) async throws -> [Int] {
        try await self.response(job).tokenIDs
    }
}
