// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("Cascades of models")
struct CascadeModelTests {
    private static let usage = TokenUsage(promptTokens: 3, completionTokens: 2)

    /// An answer of two tokens with these probabilities.
    private static func answer(_ words: [String], _ logs: [Float?]) -> PieceModel.Answer {
        .events(
            zip(words, logs).map { word, log in
                .text(TextDelta(text: word, tokens: [SampledToken(text: word, logProbability: log)]))
            } + [.finished(GenerationSummary(finishReason: .stop, usage: Self.usage))])
    }

    private func model(_ answers: PieceModel.Answer..., name: String = "small") -> PieceModel {
        switch answers.count {
        case 1: PieceModel(answers[0], name: name, capabilities: [.chat, .logProbabilities])
        default: PieceModel(answers[0], answers[1], name: name, capabilities: [.chat, .logProbabilities])
        }
    }

    private func ask(_ model: some ModelAdapter, top: Int? = nil) async throws -> GenerationResponse {
        try await model.generate(GenerationRequest(prompt: "Hi", topLogProbabilities: top)).response()
    }

    /// Of each model, how often its answer was taken, unsure and failed.
    private static func counts(_ cascade: CascadeModel) -> [[Int]] {
        cascade.statistics.counts.map { [$0.taken, $0.unsure, $0.failed] }
    }

    @Test(
        "An answer is taken where the geometric mean of its tokens' probabilities is enough",
        arguments: [(0.5, true), (0.59, true), (0.61, false), (1, false)])
    func threshold(confidence: Double, isTaken: Bool) async throws {
        // 0.9 and 0.4: their geometric mean is 0.6.
        let small = self.model(Self.answer(["yes", "!"], [-0.105_360_5, -0.916_290_7]))
        let large = ScriptedModel(replies: ["no"], name: "large")
        let cascade = try CascadeModel(name: "both", models: [small, large], confidence: confidence)
        let response = try await self.ask(cascade)
        #expect(response.text == (isTaken ? "yes!" : "no") && large.requests.count == (isTaken ? 0 : 1))
        // Nobody has asked for log-probabilities.
        #expect(response.tokens.allSatisfy { $0.logProbability == nil })
        #expect(small.started == 1 && small.open == 0)
    }

    @Test("Log-probabilities that were asked for stay; the summary comes last")
    func kept() async throws {
        let small = self.model(Self.answer(["yes", "!"], [-0.1, -0.2]))
        let cascade = try CascadeModel(
            name: "both", models: [small, ScriptedModel(name: "large")], confidence: 0.5)
        let response = try await self.ask(cascade, top: 2)
        #expect(response.tokens.map(\.logProbability) == [-0.1, -0.2] && response.summary.usage == Self.usage)
    }

    @Test("Who is not sure, does not tell how sure it is, fails, or breaks off, is followed by the next one")
    func escalates() async throws {
        let unsure: [PieceModel.Answer] = [
            Self.answer(["a", "b"], [-3, -3]), Self.answer(["a", "b"], [nil, nil]), .events([]),
            .events([.text(TextDelta(text: "a", tokens: [SampledToken(logProbability: 0)]))]),
        ]
        for answer in unsure {
            let middle = self.model(Self.answer(["mid", "dle"], [-0.1, -0.1]), name: "middle")
            let last = ScriptedModel(replies: ["last"])
            let cascade = try CascadeModel(name: "all", models: [self.model(answer), middle, last], confidence: 0.8)
            #expect(try await self.ask(cascade).text == "middle" && last.requests.isEmpty)
        }
    }

    @Test(
        "Each model may have to be as sure as is right for it",
        arguments: [([0.5, 0.95], "last"), ([0.5, 0.9], "mid")])
    func ownConfidences(confidences: [Double], answer: String) async throws {
        // The first is as sure as exp(-1), the second as exp(-0.1).
        let models = [
            self.model(Self.answer(["first"], [-1])), self.model(Self.answer(["mid"], [-0.1]), name: "middle"),
        ]
        let last = ScriptedModel(replies: ["last"])
        let cascade = try CascadeModel(name: "all", models: models + [last], confidences: confidences)
        #expect(try await self.ask(cascade).text == answer)
        #expect(
            Self.counts(cascade)
                == (answer == "mid" ? [[0, 1, 0], [1, 0, 0], [0, 0, 0]] : [[0, 1, 0], [0, 1, 0], [1, 0, 0]]))
        #expect(throws: LLMError.self) { try CascadeModel(name: "all", models: models + [last], confidences: [0.5]) }
    }

    @Test("Scores are those of the first model for which one choice is likely enough")
    func scores() async throws {
        func scorer(_ logs: [Double]) -> ScriptedModel {
            ScriptedModel(name: "s", capabilities: .logProbabilities, scores: { _ in logs })
        }
        let request = ScoringRequest(prompt: "Hi", choices: ["a", "b"])
        let (open, sure) = (scorer([-1, -1.1]), scorer([-0.1, -9]))
        let large = scorer([-4, -0.1])
        let taken = try CascadeModel(name: "c", models: [sure, large], confidence: 0.9)
        #expect(try await taken.score(request)[0].logProbability == -0.1 && large.scoringRequests.isEmpty)
        let passed = try CascadeModel(name: "c", models: [open, large], confidence: 0.9)
        #expect(try await passed.score(request)[0].logProbability == -4)
    }

    @Test("Models that fail are counted, and so is that the first model is no longer as sure as it was")
    func statistics() async throws {
        let scores = Mutex([-0.01, -9])
        let small = ScriptedModel(capabilities: .logProbabilities, scores: { _ in scores.withLock { $0 } })
        let cascade = try CascadeModel(
            name: "c", models: [small, ScriptedModel(scores: { _ in [-1, -2] })], confidence: 0.9)
        let request = ScoringRequest(prompt: "Hi", choices: ["a", "b"])
        for _ in 0..<100 { _ = try await cascade.score(request) }
        #expect(!cascade.statistics.isDrifting)
        scores.withLock { $0 = [-1, -1.1] }
        for _ in 0..<200 { _ = try await cascade.score(request) }
        #expect(cascade.statistics.isDrifting)
        #expect(Self.counts(cascade) == [[100, 200, 0], [200, 0, 0]])
        let broken = ScriptedModel(
            replies: [.failure(LLMError(.unavailable, "Gone."))], capabilities: .logProbabilities)
        let failing = try CascadeModel(name: "c", models: [broken, ScriptedModel(replies: ["x"])], confidence: 0.5)
        _ = try await self.ask(failing)
        #expect(Self.counts(failing) == [[0, 0, 1], [1, 0, 0]])
    }

    @Test("What makes no sense is not asked of the next one, and cascades that cannot be are refused")
    func refused() async throws {
        let broken = ScriptedModel(
            replies: [.failure(LLMError(.invalidRequest, "No."))], capabilities: .logProbabilities)
        let large = ScriptedModel(replies: ["x"], name: "large")
        let cascade = try CascadeModel(name: "c", models: [broken, large], confidence: 0.5)
        let error = await #expect(throws: LLMError.self) { try await self.ask(cascade) }
        #expect(error?.code == .invalidRequest && large.requests.isEmpty)
        #expect(throws: LLMError.self) { try CascadeModel(name: "c", models: [], confidence: 0.5) }
        #expect(throws: LLMError.self) { try CascadeModel(name: "c", models: [large, large], confidence: 0.5) }
        for confidence in [-0.1, 1.1, .nan] {
            #expect(throws: LLMError.self) { try CascadeModel(name: "c", models: [large], confidence: confidence) }
        }
    }

    @Test("Whoever goes away ends the model that is just asked", .timeLimit(.minutes(5)))
    func cancelled() async throws {
        let small = PieceModel(.stuck(["a"]), name: "small", capabilities: [.chat, .logProbabilities])
        let cascade = try CascadeModel(name: "c", models: [small, ScriptedModel(replies: ["x"])], confidence: 0.5)
        let task = Task { try await self.ask(cascade) }
        while small.started == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(small.open == 0)
    }
}
