// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import ResultParsing
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#endif

/// Finds out which task a request is: by rules first, then by the model's own probabilities.
///
/// The probabilities are corrected for the model's liking of certain labels by what it says of a request without
/// content (contextual calibration, Zhao et al. 2021).
public final class TaskRouter: Sendable {
    private struct Score {
        var task: TaskType
        var value: Double
        var reasons: [String]
    }

    /// The rules, in no particular order.
    public let rules: [TaskRule]
    /// How far the best task's rules must be ahead of the next one's to decide alone.
    public let margin: Double
    private let priors = Mutex<[String: [Double]]>([:])
    private static let leastScore = 2.0
    private static let maximumTextLength = 600

    /// Makes a router.
    public init(rules: [TaskRule] = TaskRule.standard, margin: Double = 1) {
        self.rules = rules
        self.margin = margin
    }

    /// Identifies the task of a request.
    ///
    /// - Parameters:
    ///   - text: What the user wrote.
    ///   - model: Who is asked when the rules do not decide; without one, they decide as well as they can.
    /// - Throws: What the model throws.
    public func route(_ text: String, model: (any ModelAdapter)? = nil) async throws -> TaskDecision {
        let scores = self.scores(text)
        if let best = scores.first, best.value >= Self.leastScore, best.value - scores[1].value >= self.margin {
            return Self.decision(scores, source: .rule, reason: best.reasons.joined(separator: ", "))
        }
        guard let model else {
            let hasBest = (scores.first?.value ?? 0) > 0 && scores[0].value > scores[1].value
            guard hasBest else { return Self.unknown("no rule fired and there is no model to ask") }
            return Self.decision(
                scores, source: .rule, reason: "narrowly: " + scores[0].reasons.joined(separator: ", "))
        }
        if model.capabilities.contains(.scoring) { return try await self.decideByScores(text, model) }
        return try await self.decideByAnswer(text, model)
    }

    // MARK: - Rules

    /// The tasks by what the rules say, the best first.
    private func scores(_ text: String) -> [Score] {
        let request = RequestText(text)
        var scores = TaskType.all.map { Score(task: $0, value: 0, reasons: []) }
        for rule in self.rules {
            guard let index = scores.firstIndex(where: { $0.task == rule.task }), let phrase = rule.match(request)
            else {
                continue
            }
            scores[index].value += rule.weight
            scores[index].reasons.append("rule '\(rule.name)' found '\(phrase)'")
        }
        return scores.sorted { $0.value > $1.value }
    }

    private static func decision(_ scores: [Score], source: TaskDecision.Source, reason: String) -> TaskDecision {
        let probabilities = Self.softmax(scores.map(\.value))
        return TaskDecision(
            task: scores[0].task, confidence: probabilities[0], source: source,
            alternatives: zip(scores, probabilities).map { .init(task: $0.task, probability: $1) }, explanation: reason)
    }

    private static func unknown(_ reason: String) -> TaskDecision {
        TaskDecision(
            task: .generation, confidence: nil, source: .fallback, alternatives: [],
            explanation: "\(reason); treated as generation")
    }

    // MARK: - The model

    /// What the model continues the examples with, in the order of ``TaskType/all``.
    private static let labels = ["writing", "extraction", "classification", "summary", "translation", "question"]

    private static let examples = """
        Decide which task each request is: writing, extraction, classification, summary, translation or question.

        Request: Where do penguins live?
        Task: question

        Request: A short poem about the sea.
        Task: writing

        Request: Is the tone of this message angry or friendly? "Thanks a lot!"
        Task: classification

        Request: Which people and places does this text name? Ann met Bob in Rome.
        Task: extraction

        Request: "Good morning" in French.
        Task: translation

        Request: Make this article shorter: The council met on Monday and talked for hours.
        Task: summary


        """

    private static func prompt(_ text: String, _ model: any ModelAdapter) -> (prompt: Prompt, choices: [String]) {
        let line = text.prefix(Self.maximumTextLength).map { $0.isNewline ? " " : String($0) }.joined()
        let question = Self.examples + "Request: \(line)\nTask:"
        if model.capabilities.contains(.rawPrompts) { return (.raw(question), Self.labels.map { " " + $0 }) }
        return (.user(question), Self.labels)
    }

    private func decideByScores(_ text: String, _ model: any ModelAdapter) async throws -> TaskDecision {
        let logProbabilities = try await Self.logProbabilities(text, model)
        let prior = try await self.prior(model)
        let probabilities = Self.softmax(zip(logProbabilities, prior).map { $0 - $1 })
        let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
        let alternatives = order.map {
            TaskDecision.Alternative(task: TaskType.all[$0], probability: probabilities[$0])
        }
        return TaskDecision(
            task: TaskType.all[order[0]], confidence: probabilities[order[0]], source: .model,
            alternatives: alternatives,
            explanation:
                "no rule was clear; '\(model.name)' finds '\(Self.labels[order[0]])' the likeliest continuation")
    }

    /// The log-probability of each label, per token so that long labels are no disadvantage.
    private static func logProbabilities(_ text: String, _ model: any ModelAdapter) async throws -> [Double] {
        let (prompt, choices) = Self.prompt(text, model)
        let scores = try await model.score(ScoringRequest(prompt: prompt, choices: choices))
        guard scores.count == choices.count else {
            throw LLMError(.backendFailed, "'\(model.name)' scored \(scores.count) of \(choices.count) choices.")
        }
        return scores.map { $0.logProbability / Double(max(1, $0.tokenCount)) }
    }

    /// What the model thinks of the labels when the request says nothing; asked once per model.
    private func prior(_ model: any ModelAdapter) async throws -> [Double] {
        if let known = self.priors.withLock({ $0[model.name] }) { return known }
        var mean = [Double](repeating: 0, count: Self.labels.count)
        let contentFree = ["N/A", "...", "[text]"]
        for text in contentFree {
            let probabilities = Self.softmax(try await Self.logProbabilities(text, model))
            for index in mean.indices { mean[index] += probabilities[index] / Double(contentFree.count) }
        }
        let prior = mean.map { log(max($0, 1e-6)) }
        self.priors.withLock { $0[model.name] = prior }
        return prior
    }

    private func decideByAnswer(_ text: String, _ model: any ModelAdapter) async throws -> TaskDecision {
        let (prompt, _) = Self.prompt(text, model)
        let request = GenerationRequest(prompt: prompt, sampling: .greedy, maxTokens: 8, stop: ["\n"])
        let answer = try await model.generate(request).response().text
        do {
            let choice = try ChoiceParser(choices: Self.labels).parse(answer).value.stringValue ?? ""
            let task = Self.labels.firstIndex(of: choice).map { TaskType.all[$0] } ?? .generation
            return TaskDecision(
                task: task, confidence: nil, source: .model, alternatives: [],
                explanation: "no rule was clear; '\(model.name)' answered '\(choice)'")
        } catch let error as ParseError {
            return Self.unknown("no rule was clear and the model's answer was no help (\(error.message))")
        }
    }

    /// Turns scores into probabilities that add up to one.
    private static func softmax(_ scores: [Double]) -> [Double] {
        let highest = scores.max() ?? 0
        let powers = scores.map { exp(highest.isFinite ? $0 - highest : 0) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
