// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import Tokenization

@Suite("Generation with the default model")
struct GenerationTests {
    static let question =
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    static let story = "Once upon a time there was a small house at the edge of the forest, and in that house"

    let engine: LocalEngine

    init() throws { self.engine = try DefaultEngine.shared.get() }

    @Test("Greedy decoding answers and ends its turn")
    func greedy() async throws {
        let prompt = self.engine.tokens(Self.question)
        let response = try await self.engine.response(GenerationJob(prompt: prompt, maxTokens: 48))
        #expect(response.text.contains("Paris"))
        #expect(response.summary.finishReason == .stop)
        #expect(response.summary.usage.promptTokens == prompt.count)
        #expect(response.summary.usage.completionTokens == response.tokens.count)
        #expect(self.engine.tokenizer.decode(response.tokenIDs.map { TokenID($0) }) == response.text)
    }

    @Test("The token limit is exact", arguments: [0, 1, 2, 17])
    func limit(count: Int) async throws {
        let job = GenerationJob(prompt: self.engine.tokens(Self.story), maxTokens: count)
        let response = try await self.engine.response(job)
        #expect(response.tokens.count == count)
        #expect(response.summary.usage.completionTokens == count)
        #expect(response.summary.finishReason == .length)
    }

    @Test("The same seed gives the same text, whatever else is computed beside it")
    func seeds() async throws {
        let prompt = self.engine.tokens(Self.story)
        func job(_ seed: UInt64) -> GenerationJob {
            GenerationJob(
                prompt: prompt, sampling: SamplingOptions(temperature: 1, topP: 0.9, seed: seed), maxTokens: 24)
        }
        let alone = try await self.engine.response(job(1)).text
        let together = try await withThrowingTaskGroup(of: (UInt64, String).self) { group in
            for seed in 0..<8 as Range<UInt64> {
                group.addTask { (seed, try await self.engine.response(job(seed % 4)).text) }
            }
            return try await group.reduce(into: [UInt64: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(together[1] == alone)
        for seed in 0..<4 as Range<UInt64> { #expect(together[seed] == together[seed + 4]) }
        #expect(Set(together.values).count > 1)
    }

    @Test("A prompt computed in pieces gives the same answer as in one", arguments: [1, 7, 64])
    func pieces(size: Int) async throws {
        let prompt = self.engine.tokens(Self.story + Self.question)
        let job = GenerationJob(prompt: prompt, maxTokens: 12, topLogProbabilities: 3)
        let whole = try await self.engine.response(job)
        let small = try DefaultEngine.open(EngineConfiguration(batchTokens: size, maximumSequences: 1))
        let inPieces = try await small.response(job)
        #expect(inPieces.tokens == whole.tokens)
    }

    @Test("A stop string ends the answer and is not part of it")
    func stopStrings() async throws {
        let prompt = self.engine.tokens(Self.question)
        let full = try await self.engine.response(GenerationJob(prompt: prompt, maxTokens: 48)).text
        let stop = "Par"
        let stopped = try await self.engine.response(GenerationJob(prompt: prompt, maxTokens: 48, stop: ["zzz", stop]))
        #expect(stopped.summary.finishReason == .stop)
        let range = try #require(full.firstRange(of: stop))
        #expect(stopped.text == full[..<range.lowerBound])
    }

    @Test("Log-probabilities are those of the distribution: ordered, and of the token that was taken")
    func logProbabilities() async throws {
        let job = GenerationJob(prompt: self.engine.tokens(Self.question), maxTokens: 8, topLogProbabilities: 5)
        let response = try await self.engine.response(job)
        for token in response.tokens {
            let values = token.alternatives.map(\.logProbability)
            #expect(values.count == 5 && values == values.sorted(by: >) && values.allSatisfy { $0 <= 0 })
            #expect(token.alternatives.first?.id == token.id)
            #expect(token.logProbability == values.first)
        }
    }

    @Test("Scores tell likely from unlikely continuations, and agree with generation's log-probabilities")
    func scores() async throws {
        let prompt = self.engine.tokens(Self.question + "The capital of France is")
        let choices = [" Paris", " Berlin", " a large purple banana"].map(self.engine.tokens)
        let scores = try await self.engine.score(prompt: prompt, continuations: choices)
        #expect(scores[0] > scores[1] && scores[1] > scores[2])
        let job = GenerationJob(prompt: prompt, maxTokens: 1, topLogProbabilities: 1)
        let generated = try await self.engine.response(job)
        #expect(generated.tokens[0].id == Int(choices[0][0]))
        let logProbability = try #require(generated.tokens[0].logProbability)
        #expect(abs(Double(logProbability) - scores[0]) < 1e-4)
    }

    @Test("A repetition penalty keeps a token from coming back")
    func repetition() async throws {
        let prompt = self.engine.tokens("1 1 1 1 1 1 1 1 1 1 1 1 1")
        let plain = try await self.engine.response(GenerationJob(prompt: prompt, maxTokens: 6))
        let options = SamplingOptions(temperature: 0, repetitionPenalty: 10)
        let varied = try await self.engine.response(GenerationJob(prompt: prompt, sampling: options, maxTokens: 6))
        let seen = Set(prompt.map(Int.init))
        #expect(seen.isDisjoint(with: varied.tokenIDs) && !varied.tokens.isEmpty)
        #expect(!seen.isDisjoint(with: plain.tokenIDs))
    }
}
