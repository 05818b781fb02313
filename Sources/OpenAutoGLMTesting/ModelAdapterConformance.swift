// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What every ``ModelAdapter`` must do, as checks that any adapter's tests can run.
///
/// ```swift
/// @Test func conforms() async throws { #expect(try await ModelAdapterConformance(model).failures() == []) }
/// ```
/// The checks ask short questions with greedy sampling; a scripted model needs a reply for each of them.
public struct ModelAdapterConformance: Sendable {
    let model: any ModelAdapter
    let prompt: GenerationPrompt
    private let maxTokens: Int
    private let broken: (any ModelAdapter)?
    let callsInParallel: Bool
    let sendsMedia: Bool

    /// Prepares the checks.
    ///
    /// - Parameters:
    ///   - model: The adapter to check.
    ///   - prompt: What to ask it; by default a question, or raw text where it takes no conversations.
    ///   - maxTokens: How many tokens each answer may have.
    ///   - broken: The same adapter before a backend whose answers break off, to see that it tells; nil leaves that out.
    ///   - callsInParallel: Whether the model is known to call two tools at once when they are offered.
    ///   - sendsMedia: Whether an adapter that takes images or recordings is asked with some; false is for a server that has
    ///     a model without eyes and ears.
    public init(
        _ model: any ModelAdapter, prompt: GenerationPrompt? = nil, maxTokens: Int = 8,
        broken: (any ModelAdapter)? = nil, callsInParallel: Bool = false, sendsMedia: Bool = true
    ) {
        self.model = model
        let question = "What is the capital of France?"
        self.prompt = prompt ?? (model.capabilities.contains(.chat) ? .user(question) : .raw(question))
        self.maxTokens = maxTokens
        self.broken = broken
        self.callsInParallel = callsInParallel
        self.sendsMedia = sendsMedia
    }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the adapter breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        var failures = [String]()
        let checks: [(String, () async throws -> String?)] = [
            ("stream and response", self.checkStream), ("whole answers", self.checkWholeAnswer),
            ("limits", self.checkLimit), ("log-probabilities", self.checkLogProbabilities), ("tools", self.checkTools),
            ("raw prompts", self.checkRawPrompt), ("scoring", self.checkScoring),
            ("embeddings", self.checkEmbedding), ("token count", self.checkTokenCount), ("options", self.checkOptions),
            ("constraints", self.checkConstraint), ("JSON", self.checkSchema), ("images", self.checkImage),
            ("recordings", self.checkRecording), ("truncation", self.checkTruncation),
            ("cancellation", self.checkCancellation),
        ]
        for (name, check) in checks {
            do {
                if let failure = try await check() { failures.append("\(name): \(failure)") }
            } catch { failures.append("\(name): threw \(error)") }
        }
        return failures
    }

    func request(_ prompt: GenerationPrompt? = nil) -> GenerationRequest {
        GenerationRequest(prompt: prompt ?? self.prompt, sampling: .greedy, maxTokens: self.maxTokens)
    }

    private func checkStream() async throws -> String? {
        let whole = try await self.model.generate(self.request()).response()
        var text = ""
        var summaries = [GenerationSummary]()
        for try await event in try await self.model.generate(self.request()) {
            if !summaries.isEmpty { return "an event follows the summary" }
            switch event {
            case .text(let delta): text += delta.text
            case .toolCall: return "a tool was called though none was offered"
            case .finished(let summary): summaries.append(summary)
            }
        }
        guard let summary = summaries.first else { return "the stream ends without a summary" }
        if text != whole.text { return "greedy answers differ: '\(text)' and '\(whole.text)'" }
        if summary.finishReason != whole.summary.finishReason { return "finish reasons differ" }
        if summary.usage.promptTokens < 1 { return "the prompt is counted as \(summary.usage.promptTokens) tokens" }
        if summary.usage.completionTokens > self.maxTokens, summary.finishReason == .length {
            return "\(summary.usage.completionTokens) tokens were generated, \(self.maxTokens) allowed"
        }
        if !text.isEmpty, summary.usage.completionTokens < 1 { return "the answer is counted as no tokens" }
        if summary.usage.completionTokens != whole.summary.usage.completionTokens {
            return "the same answer is counted as different numbers of tokens"
        }
        return nil
    }

    private func checkRawPrompt() async throws -> String? {
        guard self.model.capabilities.contains(.rawPrompts) else {
            return await self.refusal("raw prompts") {
                _ = try await self.model.generate(self.request(.raw("One, two,"))).response()
            }
        }
        _ = try await self.model.generate(self.request(.raw("One, two,"))).response()
        return nil
    }

    private func checkScoring() async throws -> String? {
        let request = ScoringRequest(prompt: self.prompt, choices: [" Paris", " Lisbon in spring"])
        guard self.model.capabilities.contains(.scoring) else {
            return await self.refusal("scoring") { _ = try await self.model.score(request) }
        }
        let scores = try await self.model.score(request)
        if scores.map(\.choice) != request.choices { return "the scores are not in the order of the choices" }
        if scores.contains(where: { !$0.logProbability.isFinite || $0.logProbability > 0 }) {
            return "a log-probability is above 0 or not finite"
        }
        return scores.contains { $0.tokenCount < 1 } ? "a choice is counted as no tokens" : nil
    }

    private func checkEmbedding() async throws -> String? {
        guard self.model.capabilities.contains(.embeddings) else {
            return await self.refusal("embeddings") { _ = try await self.model.embed(["a"]) }
        }
        let vectors = try await self.model.embed(["a", "a longer text"])
        guard vectors.count == 2, let length = vectors.first?.count, length > 0 else { return "vectors are missing" }
        return vectors[1].count == length ? nil : "vectors differ in length"
    }

    private func checkTokenCount() async throws -> String? {
        do {
            let count = try await self.model.tokenCount(self.prompt)
            return count > 0 ? nil : "the prompt is counted as \(count) tokens"
        } catch let error as LLMError where error.code == .unsupported { return nil }
    }

    private func checkTruncation() async throws -> String? {
        guard let broken else { return nil }
        for isStreamed in [true, false] {
            var request = self.request()
            request.isStreamed = isStreamed
            do {
                let text = try await broken.generate(request).response().text
                return "an answer that breaks off is given as '\(text)'"
            } catch let error as LLMError {
                if error.code != .truncatedStream {
                    return "an answer that breaks off is reported as '\(error.codeName)'"
                }
            }
        }
        return nil
    }

    private func checkOptions() async throws -> String? {
        var request = self.request()
        request.stop = ["\u{1}never generated\u{1}"]
        do {
            let response = try await self.model.generate(request).response()
            return response.text.contains("\u{1}") ? "a stop string is part of the answer" : nil
        } catch let error as LLMError where error.code == .unsupported { return nil }
    }

    private func checkConstraint() async throws -> String? {
        guard self.model.capabilities.contains(.constraints) else { return nil }
        var request = self.request()
        request.maxTokens = 32
        for (constraint, answers) in [
            (OutputConstraint.choices(["blue whale", "red fox"]), ["blue whale", "red fox"]),
            (.regularExpression("[xy]z"), ["xz", "yz"]), (.grammar("root ::= \"(\" [ab] \")\""), ["(a)", "(b)"]),
            (.jsonSchema(["const": [true, nil]]), ["[true,null]", "[true, null]"]),
        ] {
            request.constraint = constraint
            let response = try await self.model.generate(request).response()
            if !answers.contains(response.text) { return "'\(response.text)' breaks \(constraint)" }
            if response.summary.finishReason != .stop {
                return "a complete answer ends with another reason than 'stop'"
            }
        }
        return nil
    }

    private func checkCancellation() async throws -> String? {
        let model = self.model
        var request = self.request()
        request.maxTokens = 1000
        let asked = request
        // Whoever leaves after the first event takes nothing with him.
        for try await _ in try await model.generate(asked) { break }
        // A cancelled generation ends, with an error or with what it had by then.
        await withTaskGroup { group in
            group.addTask { _ = try? await model.generate(asked).response() }
            group.cancelAll()
        }
        return nil
    }

    /// What is wrong with how something unsupported is refused.
    private func refusal(_ what: String, _ attempt: () async throws -> Void) async -> String? {
        do {
            try await attempt()
            return "\(what) are not among the capabilities but work"
        } catch let error as LLMError {
            return error.code == .unsupported
                ? nil : "\(what) are refused with '\(error.codeName)', not 'llm.unsupported'"
        } catch { return "\(what) are refused with an error that is no LLMError: \(error)" }
    }
}
