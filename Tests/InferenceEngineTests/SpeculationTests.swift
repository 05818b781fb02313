// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import ModelFiles
import Testing
import Tokenization

@Suite("Guessed tokens")
struct SpeculationTests {
    static let sampling: [SamplingOptions] = [
        .greedy, SamplingOptions(temperature: 0.3, seed: 5), SamplingOptions(temperature: 1, topP: 1, seed: 5),
        SamplingOptions(temperature: 0, repetitionPenalty: 1.2),
    ]

    private static func response(_ speculation: Speculation, _ options: SamplingOptions) async throws -> (
        GenerationResponse, EngineUsage
    ) {
        let engine = try TinyEngine.open(TinyEngine.with { $0.speculation = speculation })
        let prompt = LocalEngine.prompt(1, length: 30) + LocalEngine.prompt(1, length: 30)
        let job = GenerationJob(prompt: prompt, sampling: options, maxTokens: 300, topLogProbabilities: 2)
        let response = try await engine.response(job)
        try await engine.waitUntilIdle()
        return (response, await engine.usage)
    }

    @Test("The answer is the same to the bit as without guesses", arguments: sampling)
    func sameAnswer(options: SamplingOptions) async throws {
        let (plain, usage) = try await Self.response(.off, options)
        #expect(usage.draftTokens == 0)
        for speculation in [.promptLookup, .draftModel(path: try TinyEngine.path)] as [Speculation] {
            let (guessed, usage) = try await Self.response(speculation, options)
            #expect(guessed.tokens == plain.tokens && guessed.text == plain.text)
            #expect(guessed.summary.finishReason == plain.summary.finishReason)
            #expect(usage.draftTokens > 0 && usage.acceptedDraftTokens <= usage.draftTokens)
        }
    }

    @Test("A draft model that knows the answer is always right")
    func perfectDraft() async throws {
        let (response, usage) = try await Self.response(.draftModel(path: try TinyEngine.path), .greedy)
        #expect(response.tokens.count == 300)
        #expect(usage.acceptedDraftTokens == usage.draftTokens)
    }

    @Test("A draft model with another vocabulary is refused")
    func otherVocabulary() throws {
        let engine = try DefaultEngine.shared.get()
        let speculation = Speculation.draftModel(path: engine.source.path)
        let error = #expect(throws: EngineError.self) {
            try TinyEngine.open(TinyEngine.with { $0.speculation = speculation })
        }
        #expect(error?.code == .invalidConfiguration && error?.message.contains("vocabulary") == true)
    }

    @Test(
        "A look-up finds what followed the last tokens when they last came",
        arguments: [
            ([1, 2, 3, 4, 5, 1, 2, 3], [4, 5]), ([1, 2, 3, 9, 1, 2, 3, 4, 0, 1, 2, 3], [4, 0]),
            ([7, 2, 3, 9, 8, 0, 2, 3], [9, 8]), ([1, 2, 3, 4], []), ([1], []), ([], []), ([5, 5, 5, 5], [5, 5]),
        ] as [([TokenID], [TokenID])])
    func lookup(tokens: [TokenID], expected: [TokenID]) {
        #expect(PromptLookup().propose(after: tokens, limit: 2) == expected)
    }

    @Test(
        "Guessing stops where it does not pay: when guesses are wrong, or when rows cost as much as steps",
        arguments: [
            // acceptance, seconds of a step with 1 and with 9 rows, the fewest and the most guesses
            (0.9, 1.0, 1.4, 4...8), (0.05, 1.0, 1.8, 0...0), (0.9, 1.0, 9.0, 0...0), (0.5, 1.0, 1.8, 1...4),
            (0, 1.0, 1.0, 0...0), (1, 1.0, 1.1, 8...8),
        ])
    func pays(acceptance: Double, one: Double, nine: Double, expected: ClosedRange<Int>) {
        var costs = StepCosts()
        for _ in 0..<20 {
            costs.record(rows: 1, seconds: one)
            costs.record(rows: 9, seconds: nine)
        }
        let length = costs.bestDraft(acceptance: acceptance, sequences: 1, limit: 8, guessSeconds: 0)
        #expect(expected.contains(length))
    }

    @Test("A guess that takes longer than a step does not pay")
    func dearGuesses() {
        var costs = StepCosts()
        for rows in [1, 2, 3, 4] { costs.record(rows: rows, seconds: 1 + 0.1 * Double(rows)) }
        #expect(costs.bestDraft(acceptance: 0.9, sequences: 1, limit: 8, guessSeconds: 1) == 0)
        #expect(costs.bestDraft(acceptance: 0.9, sequences: 1, limit: 8, guessSeconds: 0.01) > 2)
    }
}
