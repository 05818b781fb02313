// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import ResultParsing

/// How a task is put to a model and its answer read, unless the user says otherwise.
public struct TaskProfile: Sendable {
    /// The task.
    public var task: TaskType
    /// A `{name}` template; the user's text is `text`.
    public var template: String
    /// How the answer is read.
    public var parser: ParserSpecification
    /// How tokens are chosen.
    public var sampling: SamplingOptions
    /// The most tokens of the answer.
    public var maxTokens: Int

    /// Makes a profile.
    public init(
        task: TaskType, template: String, parser: ParserSpecification, sampling: SamplingOptions, maxTokens: Int
    ) {
        self.task = task
        self.template = template
        self.parser = parser
        self.sampling = sampling
        self.maxTokens = maxTokens
    }

    /// The profile that comes with the framework; short, so that very small models follow it.
    public static func standard(_ task: TaskType) -> Self {
        switch task {
        case .extraction:
            Self(
                task: task,
                template:
                    "{text}\n\nAnswer with one JSON object and nothing else, for example {{\"name\": \"value\"}}.",
                parser: ParserSpecification(.json), sampling: .greedy, maxTokens: 200)
        case .classification:
            Self(
                task: task, template: "{text}\n\nAnswer with the label only.", parser: ParserSpecification(.plain),
                sampling: .greedy, maxTokens: 16)
        case .summarisation:
            Self(
                task: task, template: "{text}\n\nAnswer with one short sentence.", parser: ParserSpecification(.plain),
                sampling: .greedy, maxTokens: 96)
        case .translation:
            Self(
                task: task, template: "{text}\n\nAnswer with the translation only.",
                parser: ParserSpecification(.plain), sampling: .greedy, maxTokens: 128)
        case .questionAnswering:
            Self(
                task: task, template: "{text}", parser: ParserSpecification(.plain), sampling: .greedy, maxTokens: 96)
        default:
            Self(
                task: task, template: "{text}", parser: ParserSpecification(.plain),
                sampling: SamplingOptions(temperature: 0.6, topP: 0.9), maxTokens: 256)
        }
    }
}
