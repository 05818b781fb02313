// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What kind of work an input asks for.
public struct TaskType: RawRepresentable, Sendable, Hashable {
    /// The name, in lower case.
    public let rawValue: String

    /// A task type by its exact name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Writing something new.
    public static let generation = Self(rawValue: "generation")
    /// Taking facts out of a text.
    public static let extraction = Self(rawValue: "extraction")
    /// Putting a text under one of several labels.
    public static let classification = Self(rawValue: "classification")
    /// Making a text shorter.
    public static let summarisation = Self(rawValue: "summarisation")
    /// Saying a text in another language.
    public static let translation = Self(rawValue: "translation")
    /// Answering a question.
    public static let questionAnswering = Self(rawValue: "question-answering")

    /// Every task type that the framework knows.
    public static let all: [Self] = [
        .generation, .extraction, .classification, .summarisation, .translation, .questionAnswering,
    ]

    /// A task type by any of its names: American spelling, underscores, Chinese.
    ///
    /// - Throws: ``TaskRoutingError`` with code `.unknownTask` that names the nearest known one.
    public init(named name: String) throws {
        let spelled = name.lowercased().map { $0 == "_" || $0 == " " ? "-" : String($0) }.joined()
        let known = Dictionary(uniqueKeysWithValues: Self.all.map { ($0.rawValue, $0) })
        guard let task = known[spelled] ?? Self.aliases[spelled] else {
            throw TaskRoutingError(
                .unknownTask, "There is no task type '\(name)'. \(NearestName.hint(for: spelled, in: known.keys))")
        }
        self = task
    }

    private static let aliases: [String: Self] = [
        "summarization": .summarisation, "summary": .summarisation, "qa": .questionAnswering,
        "question": .questionAnswering, "writing": .generation, "文本生成": .generation, "生成": .generation,
        "信息抽取": .extraction, "抽取": .extraction, "分类": .classification, "摘要": .summarisation,
        "翻译": .translation, "问答": .questionAnswering,
    ]
}

/// The errors of task identification.
public enum TaskRoutingDomain: ErrorDomain {
    /// The family's name.
    public static let name = "task-routing"
}

/// An error of task identification.
public typealias TaskRoutingError = DomainError<TaskRoutingDomain>

extension TaskRoutingError.Code where Domain == TaskRoutingDomain {
    /// No task type has that name.
    public static var unknownTask: Self { "unknown-task" }
    /// A router chose what is none of the targets.
    public static var unknownTarget: Self { "unknown-target" }
}
