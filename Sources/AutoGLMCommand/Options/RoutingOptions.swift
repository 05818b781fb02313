// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PipelineSteps
internal import PluginHost
internal import PluginKinds
internal import TaskRouting

/// Who tells the tasks of requests.
struct RoutingOptions: ParsableArguments {
    @Option(
        help: """
            The folder of an intent model that tells tasks where no rule is clear, in 'route' steps: its intents are names of tasks, such as \
            'translation'; or plugin:NAME, a plugin of kind router (default: AUTOGLM_TASK_MODEL).
            """)
    var taskModel: String?

    /// The router.
    ///
    /// - Parameter plugins: Where the plugins are that may be named.
    /// - Throws: What keeps the model from being read.
    func router(_ plugins: PluginHost) throws -> TaskRouter { try Self.router(self.taskModel, plugins) }

    /// A router with the model of a folder, or with a plugin; with what the environment names if there is none.
    static func router(_ model: String?, _ plugins: PluginHost) throws -> TaskRouter {
        guard let model = model ?? Settings.text("TASK_MODEL") else { return TaskRouter() }
        if let plugin = PluginReference.name(in: model) {
            return TaskRouter(identifier: try PluginRouter(plugin, host: plugins))
        }
        return TaskRouter(identifier: try IntentTasks(folder: model))
    }
}
