// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import ResultParsing

/// How a task is put to a model and its answer read, unless the user says otherwise.
public struct TaskProfile: Sendable {
    /// The task.
    public var task: TaskType
    /// A `{name}` template; the user's text is `text`.
    public var template: String
    /// Whether the model continues the filled template, which then has examples in it, rather than answers it.
    ///
    /// Very small models follow examples far better than instructions.
    public var isContinued: Bool
    /// The labels to choose from by their probability; empty to write freely.
    public var choices: [String]
    /// How the answer is read.
    public var parser: ParserSpecification
    /// How tokens are chosen.
    public var sampling: SamplingOptions
    /// The most tokens of the answer.
    public var maxTokens: Int
    /// Texts before which the answer ends.
    public var stop: [String]

    /// Makes a profile.
    public init(
        task: TaskType, template: String, isContinued: Bool = false, choices: [String] = [],
        parser: ParserSpecification = ParserSpecification(.plain), sampling: SamplingOptions = .greedy,
        maxTokens: Int, stop: [String] = []
    ) {
        self.task = task
        self.template = template
        self.isContinued = isContinued
        self.choices = choices
        self.parser = parser
        self.sampling = sampling
        self.maxTokens = maxTokens
        self.stop = stop
    }

    /// The profile that comes with the framework; short, so that very small models follow it.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - labels: For a classification, what to choose from.
    public static func standard(_ task: TaskType, labels: [String] = []) -> Self {
        switch task {
        case .extraction: Self.extraction
        case .classification where labels.count > 1: Self.choice(labels)
        case .classification: Self(task: task, template: "{text}\n\nAnswer with the label only.", maxTokens: 16)
        case .summarisation: Self(task: task, template: "{text}\n\nAnswer with one short sentence.", maxTokens: 96)
        case .translation: Self(task: task, template: "{text}\n\nAnswer with the translation only.", maxTokens: 128)
        case .questionAnswering: Self(task: task, template: "{text}", maxTokens: 96)
        default:
            Self(
                task: task, template: "{text}",
                sampling: SamplingOptions(temperature: 0.6, topP: 0.9, repetitionPenalty: 1.15), maxTokens: 160)
        }
    }

    private static let extraction = Self(
        task: .extraction,
        template: """
            Request: Extract the name and the age: Tom Miller is 31 years old.
            JSON: {{"name": "Tom Miller", "age": 31}}

            Request: Which companies and cities does this text name? Acme moved from Lyon to Ghent and sold its shop to Borealis.
            JSON: {{"companies": ["Acme", "Borealis"], "cities": ["Lyon", "Ghent"]}}

            Request: {text}
            JSON:
            """,
        isContinued: true, parser: ParserSpecification(.json), maxTokens: 120, stop: ["\n\n", "Request:"])

    private static func choice(_ labels: [String]) -> Self {
        Self(
            task: .classification,
            template: """
                Is it happy or sad? The sun is shining and we all laughed.
                Label: happy

                Is this about sports or politics? The minister resigned on Friday.
                Label: politics

                {text}
                Label:
                """,
            isContinued: true, choices: labels, maxTokens: 16, stop: ["\n"])
    }
}
