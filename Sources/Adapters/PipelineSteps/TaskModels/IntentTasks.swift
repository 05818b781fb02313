// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TaskModels
public import TaskRouting

/// Tells tasks by an intent model of one's own, whose intents are names of tasks.
public struct IntentTasks: TaskIdentifier {
    /// The model's folder.
    public let name: String
    private let model: IntentModel
    /// What each intent stands for; nil for the one that stands for everything else.
    private let tasks: [String: TaskType]

    /// Reads a model.
    ///
    /// - Parameter folder: Where `autoglm train intent` has written it.
    /// - Throws: ``TaskModelError`` or ``ModelFileError`` where the files are none; ``TaskRoutingError`` with code `.unknownTask` where an
    ///   intent is no task.
    public init(folder: String) throws {
        let model = try IntentModel(folder: folder)
        let known = model.labels.filter { $0 != model.rejection.label }
        self.tasks = try Dictionary(uniqueKeysWithValues: known.map { ($0, try TaskType(named: $0)) })
        (self.name, self.model) = (folder, model.quantized())
    }

    /// The tasks of a request; nil where the model does not believe any.
    public func tasks(of text: String) -> [TaskDecision.Alternative]? {
        let intents = self.model.intents(of: [DialogueTurn(.user, text)])
        guard let best = intents.first, self.model.rejection.accepts(best.label, best.probability) else { return nil }
        return intents.compactMap { intent in
            self.tasks[intent.label].map { TaskDecision.Alternative(task: $0, probability: intent.probability) }
        }
    }
}
