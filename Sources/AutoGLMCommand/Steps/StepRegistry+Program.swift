// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import EventMessaging
internal import LLMCore
internal import PipelineSteps
internal import Pipelines
internal import RunStorage

extension StepRegistry {
    /// Every kind of step, with the access that the environment allows: the same in whatever process a run goes on.
    ///
    /// - `AUTOGLM_READ_FOLDERS`, `AUTOGLM_WRITE_FOLDERS`: folders for steps, `name=path` and commas between them.
    /// - `AUTOGLM_LOCAL_NETWORKS=allow`: lets `http` steps ask this machine and its networks.
    /// - `AUTOGLM_PYTHON`: the Python of `python` steps.
    /// - `AUTOGLM_VECTORS`: the file of `index` and `retrieve`.
    /// - `AUTOGLM_PLUGINS`: the folders of plugins, with `:` between them.
    /// - Parameter plugins: Other folders of plugins than those of the environment.
    /// - Throws: `ValidationError` where one of them is not understood.
    static func program(plugins: [String] = []) throws -> Self {
        var access = StepAccess()
        for (setting, isWritable) in [("READ_FOLDERS", false), ("WRITE_FOLDERS", true)] {
            for (name, path) in try Self.folders(setting) {
                access.folders[name] = FolderAccess(path, isWritable: isWritable)
            }
        }
        access.allowsLocalNetworks = Settings.text("LOCAL_NETWORKS") == "allow"
        if let python = Settings.text("PYTHON") { access.python = python }
        return .all(
            access, bus: InProcessEventBus(), embedder: ProgramEmbedders(), plugins: PluginOptions.host(plugins)
        ) {
            VectorStore(try StoreOptions.openVectors())
        }
    }

    private static func folders(_ setting: String) throws -> [(name: String, path: String)] {
        try (Settings.text(setting) ?? "").split(separator: ",").map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("AUTOGLM_\(setting) must be of the form NAME=PATH,NAME=PATH, not '\(entry)'.")
            }
            return (parts[0], parts[1])
        }
    }
}
