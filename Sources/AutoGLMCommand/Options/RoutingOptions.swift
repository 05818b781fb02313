// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PipelineSteps
internal import TaskRouting

/// Who tells the tasks of requests.
struct RoutingOptions: ParsableArguments {
    @Option(
        help: """
            The folder of an intent model that tells tasks where no rule is clear, in 'route' steps: its intents are names of tasks, such as \
            'translation' (default: AUTOGLM_TASK_MODEL).
            """)
    var taskModel: String?

    /// The router.
    ///
    /// - Throws: What keeps the model from being read.
    func router() throws -> TaskRouter { try Self.router(self.taskModel) }

    /// A router with the model of a folder; with that which the environment names if there is none.
    static func router(_ folder: String?) throws -> TaskRouter {
        guard let folder = folder ?? Settings.text("TASK_MODEL") else { return TaskRouter() }
        return TaskRouter(identifier: try IntentTasks(folder: folder))
    }
}
