// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import ResultParsing
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Finds out which task a request is: by rules first, then by what was made for telling tasks, if there is something, then by the model's
/// own probabilities.
///
/// The probabilities are corrected for the model's liking of certain labels (contextual calibration, Zhao et al. 2021).
/// That liking is measured on one request of each task rather than on texts without content: those have a favourite
/// label of their own (domain-context calibration, Fei et al. 2023). What rules found is added as evidence.
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
    /// Who is asked when the rules do not decide, before a language model is.
    public let identifier: (any TaskIdentifier)?
    private let priors = Mutex<[String: [Double]]>([:])
    private static let leastScore = 2.0
    private static let maximumTextLength = 600

    /// Makes a router.
    public init(
        rules: [TaskRule] = TaskRule.standard, margin: Double = 1, identifier: (any TaskIdentifier)? = nil
    ) {
        (self.rules, self.margin, self.identifier) = (rules, margin, identifier)
    }

    /// Identifies the task of a request.
    ///
    /// - Parameters:
    ///   - text: What the user wrote.
    ///   - model: Who is asked when the rules do not decide; without one, they decide as well as they can.
    /// - Throws: What the model or the ``identifier`` throws.
    public func route(_ text: String, model: (any ModelAdapter)? = nil) async throws -> TaskDecision {
        var decision = try await self.decide(text, model: model)
        if decision.task == .classification { decision.labels = RequestLabels.find(in: text) }
        return decision
    }

    private func decide(_ text: String, model: (any ModelAdapter)?) async throws -> TaskDecision {
        let scores = self.scores(text)
        if let best = scores.first, best.value >= Self.leastScore, best.value - scores[1].value >= self.margin {
            return Self.decision(scores, source: .rule, reason: best.reasons.joined(separator: ", "))
        }
        if let decision = try await self.identified(text) { return decision }
        guard let model else {
            let hasBest = (scores.first?.value ?? 0) > 0 && scores[0].value > scores[1].value
            guard hasBest else { return Self.unknown("no rule fired and there is no model to ask") }
            return Self.decision(
                scores, source: .rule, reason: "narrowly: " + scores[0].reasons.joined(separator: ", "))
        }
        if model.capabilities.contains(.scoring) { return try await self.decideByScores(text, scores, model) }
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
        let probabilities = softmax(scores.map(\.value))
        return TaskDecision(
            task: scores[0].task, confidence: probabilities[0], source: source,
            alternatives: zip(scores, probabilities).map { .init(task: $0.task, probability: $1) }, explanation: reason)
    }

    private static func unknown(_ reason: String) -> TaskDecision {
        TaskDecision(
            task: .generation, confidence: nil, source: .fallback, alternatives: [],
            explanation: "\(reason); treated as generation")
    }

    // MARK: - What was made for it

    private func identified(_ text: String) async throws -> TaskDecision? {
        guard let identifier, let tasks = try await identifier.tasks(of: text), let best = tasks.first else {
            return nil
        }
        return TaskDecision(
            task: best.task, confidence: best.probability, source: .taskModel, alternatives: tasks,
            explanation: "no rule was clear; '\(identifier.name)' finds it the likeliest task")
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

        Request: How many players are in a football team?
        Task: question

        Request: Three funny names for a boat.
        Task: writing

        Request: The gist of this text: It rained all week and the match was moved to June.
        Task: summary

        Request: The prices in this offer: tea for 3 euros, cake for 4 euros.
        Task: extraction

        Request: This text in Spanish: I like trains.
        Task: translation

        Request: Good or bad review? The soup was salty.
        Task: classification


        """

    private static func prompt(_ text: String, _ model: any ModelAdapter) -> (
        prompt: GenerationPrompt, choices: [String]
    ) {
        let line = text.prefix(Self.maximumTextLength).map { $0.isNewline ? " " : String($0) }.joined()
        let question = Self.examples + "Request: \(line)\nTask:"
        if model.capabilities.contains(.rawPrompts) { return (.raw(question), Self.labels.map { " " + $0 }) }
        return (.user(question), Self.labels)
    }

    private func decideByScores(
        _ text: String, _ scores: [Score], _ model: any ModelAdapter
    ) async throws -> TaskDecision {
        let logProbabilities = try await Self.logProbabilities(text, model)
        let prior = try await self.prior(model)
        // What rules found stays evidence, though it was not enough to decide.
        let evidence = TaskType.all.map { task in scores.first { $0.task == task }?.value ?? 0 }
        let probabilities = softmax(
            logProbabilities.indices.map { logProbabilities[$0] - prior[$0] + evidence[$0] })
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

    /// The log-probability of each label; that long labels are less likely is made good by the calibration.
    private static func logProbabilities(_ text: String, _ model: any ModelAdapter) async throws -> [Double] {
        let (prompt, choices) = Self.prompt(text, model)
        let scores = try await model.score(ScoringRequest(prompt: prompt, choices: choices))
        guard scores.count == choices.count else {
            throw LLMError(.backendFailed, "'\(model.name)' scored \(scores.count) of \(choices.count) choices.")
        }
        return scores.map(\.logProbability)
    }

    /// One request of each task: over these a model without favourites would like all labels equally.
    private static let balancedRequests = [
        "Some ideas for a birthday card.", "All the numbers and units in this recipe: add 20 g of salt.",
        "Is this mail urgent or can it wait? Call me back today.", "The story of this long chapter in a few words: …",
        "'See you soon' in Portuguese.", "How far is the Moon from here?",
    ]

    /// What the model thinks of the labels on average over all tasks; asked once per model.
    private func prior(_ model: any ModelAdapter) async throws -> [Double] {
        if let known = self.priors.withLock({ $0[model.name] }) { return known }
        var mean = [Double](repeating: 0, count: Self.labels.count)
        for text in Self.balancedRequests {
            let probabilities = softmax(try await Self.logProbabilities(text, model))
            for index in mean.indices { mean[index] += probabilities[index] / Double(Self.balancedRequests.count) }
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
}
