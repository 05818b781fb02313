// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import LLMCore
import Testing
import TokenConstraints
import Tokenization

@Suite("Constrained answers")
struct ConstraintTests {
    static let constraints: [OutputConstraint] = [
        .regularExpression("[a-f]{3,8}-\\d{2}"), .regularExpression("(?:yes|no), because (?:[a-z]{2,9} ){3}end"),
        .choices(["first choice", "first chance", "second"]), .choices(["the only one"]), .choices(["", "a", "ab"]),
        .regularExpression("[€é]{2,5}\\.{30}"),
    ]
    static let sampling: [SamplingOptions] = [
        .greedy, SamplingOptions(temperature: 1, topP: 1, seed: 5), SamplingOptions(temperature: 0.7, topK: 3, seed: 6),
        SamplingOptions(temperature: 1, topP: 0.5, repetitionPenalty: 1.3, seed: 7),
    ]

    private static func job(
        _ constraint: OutputConstraint?, _ sampling: SamplingOptions = .greedy, seed: UInt64 = 1
    ) -> GenerationJob {
        var job = GenerationJob(prompt: LocalEngine.prompt(seed, length: 40), sampling: sampling, maxTokens: 200)
        job.constraint = constraint
        return job
    }

    private static func keeps(_ text: String, to constraint: OutputConstraint) throws -> Bool {
        let automaton = try CompiledConstraint.automaton(constraint)
        let state = automaton.next(automaton.start, text.utf8)
        return !state.isDead && automaton.accepts(state)
    }

    @Test("An answer keeps to its constraint and ends where nothing else is allowed", arguments: constraints, sampling)
    func keeps(constraint: OutputConstraint, sampling: SamplingOptions) async throws {
        let engine = try TinyEngine.open()
        for seed in UInt64(1)...4 {
            let response = try await engine.response(Self.job(constraint, sampling, seed: seed))
            #expect(try Self.keeps(response.text, to: constraint), "\(response.text)")
            #expect(response.summary.finishReason == .stop)
            #expect(response.summary.usage.completionTokens == response.tokens.count)
        }
    }

    @Test("What is forced is the same as what would be computed token by token", arguments: constraints)
    func forcedTokens(constraint: OutputConstraint) async throws {
        let engine = try TinyEngine.open()
        var slow = Self.job(constraint)
        slow.topLogProbabilities = 0
        let (one, other) = (try await engine.response(slow), try await engine.response(Self.job(constraint)))
        #expect(one.text == other.text)
        #expect(one.tokenIDs == other.tokenIDs)
        #expect(one.tokens.allSatisfy { $0.logProbability != nil })
    }

    @Test("Guesses change no constrained answer", arguments: constraints, sampling)
    func guesses(constraint: OutputConstraint, sampling: SamplingOptions) async throws {
        var answers: Set<String> = []
        for speculation in [.off, .promptLookup, .draftModel(path: try TinyEngine.path)] as [Speculation] {
            let engine = try TinyEngine.open(TinyEngine.with { $0.speculation = speculation })
            answers.insert(try await engine.response(Self.job(constraint, sampling)).text)
        }
        #expect(answers.count == 1)
    }

    @Test("An answer that is cut says so")
    func cut() async throws {
        let engine = try TinyEngine.open()
        for most in [1, 5, 10] {
            var job = Self.job(.regularExpression("ab{20}c"))
            job.maxTokens = most
            let response = try await engine.response(job)
            #expect(response.summary.finishReason == .length && response.tokens.count == most)
            #expect(response.text == "ab{20}c".prefix(1) + String(repeating: "b", count: most - 1))
        }
        var job = Self.job(.choices(["abc"]))
        job.maxTokens = 3
        #expect(try await engine.response(job).summary.finishReason == .stop)
        job.maxTokens = 0
        #expect(try await engine.response(job).summary.finishReason == .length)
    }

    @Test("Constrained and free answers are computed together and do not disturb each other")
    func together() async throws {
        let engine = try TinyEngine.open()
        let free = try await engine.response(Self.job(nil))
        let constraint = OutputConstraint.regularExpression("[a-z]{60}X{60}")
        async let one = engine.response(Self.job(constraint))
        async let two = engine.response(Self.job(nil))
        async let three = engine.response(Self.job(constraint, SamplingOptions(temperature: 1, seed: 3)))
        #expect(try await two.tokenIDs == free.tokenIDs)
        for answer in [try await one, try await three] { #expect(try Self.keeps(answer.text, to: constraint)) }
        let streams = try engine.generate(
            Self.job(constraint, SamplingOptions(temperature: 1, topP: 1, seed: 3)), completions: 3)
        var texts: Set<String> = []
        for stream in streams { texts.insert(try await stream.response().text) }
        #expect(texts.count == 3)
        for text in texts { #expect(try Self.keeps(text, to: constraint)) }
    }

    @Test("A constraint wins over biases against all that it allows")
    func biases() async throws {
        let engine = try TinyEngine.open()
        var options = SamplingOptions(temperature: 1, seed: 1)
        for digit in UInt8(ascii: "0")...UInt8(ascii: "9") { options.logitBias[Int(digit)] = -100 }
        let response = try await engine.response(Self.job(.regularExpression("\\d{12}"), options))
        #expect(response.text.count == 12 && response.text.allSatisfy(\.isNumber))
    }

    @Test("An answer goes on beyond its context where the context slides")
    func sliding() async throws {
        let engine = try TinyEngine.open(TinyEngine.with { $0.contextLength = 64 })
        for pattern in ["(?:[ab]c{20}){5}", "a{150}"] {
            var job = Self.job(.regularExpression(pattern))
            job.overflow = .slide(keeping: 4)
            let response = try await engine.response(job)
            #expect(try Self.keeps(response.text, to: .regularExpression(pattern)))
        }
    }

    @Test(
        "What cannot be kept to is refused at once, with the reason",
        arguments: [
            (OutputConstraint.regularExpression("("), "'('"), (.regularExpression("(a)\\1"), "back-reference"),
            (.choices([]), "no choices"), (.regularExpression("a^b"), "No text"),
        ])
    func refused(constraint: OutputConstraint, words: String) async throws {
        let engine = try TinyEngine.open()
        let error = #expect(throws: ConstraintError.self) { try engine.generate(Self.job(constraint)) }
        #expect(error?.message.contains(words) == true)
        #expect(await !engine.usage.isBusy)
    }

    @Test("The default model answers in the form that is asked for")
    func defaultModel() async throws {
        let engine = try DefaultEngine.shared.get()
        var job = GenerationJob(prompt: engine.tokens("The capital of France is"), maxTokens: 60)
        for constraint in [
            OutputConstraint.choices([" Paris", " London"]),
            .regularExpression("\\{\"name\": \"[A-Z][a-z]{2,12}\", \"population_in_millions\": \\d{1,2}\\}"),
        ] {
            job.constraint = constraint
            let response = try await engine.response(job)
            #expect(try Self.keeps(response.text, to: constraint), "\(response.text)")
        }
    }
}
