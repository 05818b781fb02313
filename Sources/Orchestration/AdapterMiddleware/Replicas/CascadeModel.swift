// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Models from the cheapest to the dearest: each is asked only where those before it were not sure enough of their answers.
///
/// How sure an answer is, is the geometric mean of its tokens' probabilities, for scores that of the likeliest choice. An answer that is
/// not the last model's is held back until it is whole, since it may be thrown away; what was thrown away is accounted to the model that gave it.
public struct CascadeModel: ModelAdapter {
    /// The name given at the start.
    public let name: String
    /// What all of the models can do.
    public let capabilities: ModelCapabilities
    /// What was asked so far, and what came of it.
    public let statistics: CascadeStatistics
    private let models: [any ModelAdapter]
    /// How sure the answer of each model but the last must be.
    private let confidences: [Double]

    /// Makes one model of several, of which each must be as sure.
    ///
    /// - Throws: as ``init(name:models:confidences:)``.
    public init(name: String, models: [any ModelAdapter], confidence: Double) throws {
        guard (0...1).contains(confidence) else {
            throw LLMError(.invalidRequest, "The confidence of '\(name)' is \(confidence); it must be from 0 to 1.")
        }
        try self.init(
            name: name, models: models, confidences: Array(repeating: confidence, count: max(0, models.count - 1)))
    }

    /// Makes one model of several.
    ///
    /// - Parameters:
    ///   - name: What the whole is called.
    ///   - models: The cheapest first; all but the last report log-probabilities of their tokens.
    ///   - confidences: From 0 to 1, of each model but the last: how sure an answer must be to be taken, as `autoglm train cascade --from` finds
    ///     it out from records.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where there is no model, one cannot tell how sure it is, or a confidence is missing or
    ///   out of range.
    public init(name: String, models: [any ModelAdapter], confidences: [Double]) throws {
        self.capabilities = try ModelCapabilities(sharedBy: models, of: name)
        guard confidences.count == models.count - 1, confidences.allSatisfy((0...1).contains) else {
            throw LLMError(
                .invalidRequest,
                "The confidences of '\(name)' are \(confidences); there must be one from 0 to 1 for each model but the last."
            )
        }
        if let model = models.dropLast().first(where: { !$0.capabilities.contains(.logProbabilities) }) {
            throw LLMError(
                .invalidRequest,
                "'\(model.name)' in the cascade '\(name)' does not tell log-probabilities, so that nobody knows how sure it is: let it be the last one."
            )
        }
        (self.name, self.models, self.confidences) = (name, models, confidences)
        self.statistics = CascadeStatistics(models: models.count)
    }

    /// What the last model's makers recommend.
    public var defaultSampling: SamplingOptions { self.models[self.models.count - 1].defaultSampling }

    /// Generates with the first model that is sure of its answer, or with the last one.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.first {
            try await Self.answer(to: request, of: $0)
        } last: {
            try await $0.generate(request)
        }
    }

    /// Scores with the first model for which one choice is likely enough, or with the last one.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        try await self.first { model in
            let scores = try await model.score(request)
            let shares = softmax(scores.map { $0.logProbability / Double(max(1, $0.tokenCount)) })
            return (scores, log(shares.max() ?? 0))
        } last: {
            try await $0.score(request)
        }
    }

    /// Embeds with the last model alone: vectors of different models cannot be compared.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try await self.models[self.models.count - 1].embed(texts)
    }

    /// Counts as the last model does.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        try await self.models[self.models.count - 1].tokenCount(prompt)
    }

    /// Asks the last model's backend, which any request may need.
    public func checkHealth() async throws { try await self.models[self.models.count - 1].checkHealth() }

    /// The answer of the first model that is sure enough, or of the last one.
    ///
    /// - Parameters:
    ///   - ask: Gives a model's whole answer, with the logarithm of how sure it is, nil where it does not tell.
    ///   - last: Gives the last model's answer.
    private func first<Answer>(
        _ ask: (any ModelAdapter) async throws -> (answer: Answer, certainty: Double?),
        last: (any ModelAdapter) async throws -> Answer
    ) async throws -> Answer {
        for (index, confidence) in self.confidences.enumerated() {
            do {
                let (answer, certainty) = try await self.counted(index) { try await ask(self.models[index]) }
                if index == 0 { self.statistics.observe(certainty.map(exp) ?? 0) }
                guard let certainty, certainty >= log(confidence) else {
                    self.statistics.count(index, \.unsure)
                    continue
                }
                self.statistics.count(index, \.taken)
                return answer
            } catch  where FallbackModel.isWorthAsking(after: error) {}
        }
        let index = self.models.count - 1
        let answer = try await self.counted(index) { try await last(self.models[index]) }
        self.statistics.count(index, \.taken)
        return answer
    }

    /// Asks a model, and counts where it fails.
    private func counted<Answer>(_ model: Int, _ ask: () async throws -> Answer) async throws -> Answer {
        do { return try await ask() } catch {
            if !(error is CancellationError) { self.statistics.count(model, \.failed) }
            throw error
        }
    }

    /// A model's whole answer, and the mean of its tokens' log-probabilities, nil where it does not tell any.
    private static func answer(
        to request: GenerationRequest, of model: any ModelAdapter
    ) async throws -> (answer: GenerationStream, certainty: Double?) {
        var asked = request
        asked.topLogProbabilities = request.topLogProbabilities ?? 0
        var (events, sum, count) = ([GenerationEvent](), 0.0, 0)
        for try await event in try await model.generate(asked) {
            guard case .text(var delta) = event else {
                events.append(event)
                continue
            }
            for index in delta.tokens.indices {
                guard let logProbability = delta.tokens[index].logProbability else { continue }
                sum += Double(logProbability)
                count += 1
                if request.topLogProbabilities == nil { delta.tokens[index].logProbability = nil }
            }
            events.append(.text(delta))
        }
        guard case .finished? = events.last else {
            try Task.checkCancellation()
            throw LLMError(.truncatedStream, "The stream of '\(model.name)' was cut off.")
        }
        let replay = Replay(events)
        return (GenerationStream { replay.next() }, count > 0 ? sum / Double(count) : nil)
    }
}

/// Events that are given once, in their order.
private final class Replay: Sendable {
    private let events: Mutex<ArraySlice<GenerationEvent>>

    init(_ events: [GenerationEvent]) { self.events = Mutex(events[...]) }

    func next() -> GenerationEvent? { self.events.withLock { $0.popFirst() } }
}
