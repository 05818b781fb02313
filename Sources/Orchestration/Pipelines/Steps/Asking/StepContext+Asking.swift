// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import ResultParsing

extension StepContext {
    /// Asks the model, tells watchers what it writes, and counts what it took.
    ///
    /// - Parameter isShown: Whether watchers see the text.
    func ask(_ request: GenerationRequest, isShown: Bool = true) async throws -> GenerationResponse {
        let response = try await self.model.generate(request).response(
            onText: { if isShown { self.emit(text: $0) } })
        self.count(response.summary.usage)
        return response
    }

    /// Asks the model, hands on what it writes as it comes, and counts what it took.
    ///
    /// - Parameter receive: Receives the text; the answer waits while it is behind.
    func ask(
        _ request: GenerationRequest, forwarding receive: (String) async throws -> Void
    ) async throws -> GenerationResponse {
        let response = try await self.model.generate(request).response(forwarding: receive)
        self.count(response.summary.usage)
        return response
    }

    /// Asks the model until its answer can be read, a bounded number of times.
    ///
    /// - Parameters:
    ///   - parser: What reads the answers.
    ///   - attempts: The most answers to look at.
    ///   - firstAnswer: The model's answer, if it has been asked already.
    /// - Throws: What the model throws; `ParseError` of the last answer if none could be read.
    func ask(
        _ request: GenerationRequest, parser: any ResultParser, attempts: Int, firstAnswer: String? = nil
    ) async throws -> ReaskOutcome {
        let outcome = try await ReaskingParser(parser, maximumAttempts: attempts).run(
            model: self.model, request: request, firstAnswer: firstAnswer, onText: { self.emit(text: $0) })
        for attempt in outcome.attempts { if let usage = attempt.summary?.usage { self.count(usage) } }
        _ = try outcome.get()
        return outcome
    }
}

extension ReaskOutcome {
    /// The outputs of steps that read answers.
    static let ports = [
        StepPort("value", .any, "The value."),
        StepPort("text", .string, "The answer that it was read from."),
        StepPort("repairs", .array, "What had to be put right in the answer."),
        StepPort("attempts", .integer, "How many answers were looked at."),
        StepPort("failures", .array, "Why the earlier answers were refused."),
    ]

    /// The values of ``ports``.
    func outputs() throws -> [String: JSONValue] {
        let result = try self.get()
        let failures = self.attempts.dropLast().compactMap { attempt -> JSONValue? in
            if case .failure(let error) = attempt.result { .string(error.message) } else { nil }
        }
        return [
            "value": result.value, "text": .string(self.attempts.last?.answer ?? ""),
            "repairs": .array(result.repairs.map { .string($0) }), "attempts": .integer(self.attempts.count),
            "failures": .array(failures),
        ]
    }
}

extension ChoiceProbabilities {
    /// The probabilities by their texts, for a step's outputs.
    var json: JSONValue {
        .object(.init(self.all.map { ($0.text, .number($0.probability)) }, uniquingKeysWith: { first, _ in first }))
    }
}
