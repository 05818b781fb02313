// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Which task a request was taken for, how surely, and why.
public struct TaskDecision: Sendable, Hashable {
    /// Who decided.
    public enum Source: String, Sendable, Hashable {
        /// Rules fired, and all but one task were out of question.
        case rule
        /// A model made for telling tasks.
        case taskModel = "task-model"
        /// The model's probabilities, or its answer.
        case model
        /// Nobody could tell; the request is treated as generation.
        case fallback
    }

    /// A task and its probability.
    public struct Alternative: Sendable, Hashable {
        /// The task.
        public var task: TaskType
        /// Its probability, from 0 to 1.
        public var probability: Double

        /// Makes an alternative.
        ///
        /// - Parameter probability: From 0 to 1.
        public init(task: TaskType, probability: Double) { (self.task, self.probability) = (task, probability) }
    }

    /// The task.
    public var task: TaskType
    /// The task's probability, from 0 to 1; nil where a model answered that cannot tell.
    public var confidence: Double?
    /// Who decided.
    public var source: Source
    /// All tasks with their probabilities, the likeliest first; empty where there are none.
    public var alternatives: [Alternative]
    /// What the decision rests on, for people.
    public var explanation: String
    /// The labels that a classification request names itself, such as "positive or negative"; empty otherwise.
    public var labels: [String] = []

    /// The decision as JSON, for logs and results.
    public var json: JSONValue {
        [
            "task": .string(self.task.rawValue), "confidence": self.confidence.map { .number($0) } ?? .null,
            "source": .string(self.source.rawValue), "explanation": .string(self.explanation),
            "labels": .array(self.labels.map { .string($0) }),
            "alternatives": .array(
                self.alternatives.map { ["task": .string($0.task.rawValue), "probability": .number($0.probability)] }),
        ]
    }
}
