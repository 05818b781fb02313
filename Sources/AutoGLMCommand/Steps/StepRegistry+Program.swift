// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PipelineSteps
internal import Pipelines
internal import PluginHost
internal import RunStorage

extension StepRegistry {
    /// Every kind of step, with the access that the environment allows: the same in whatever process a run goes on.
    ///
    /// - `AUTOGLM_READ_FOLDERS`, `AUTOGLM_WRITE_FOLDERS`: folders for steps, `name=path` and commas between them.
    /// - `AUTOGLM_DATABASES`: PostgreSQL databases that `sql` steps may read, `name=url` and commas between them.
    /// - `AUTOGLM_SECRETS`: secrets that `http` steps may send, `host=env:VARIABLE` or `host=file:PATH` and commas between them.
    /// - `AUTOGLM_LOCAL_NETWORKS=allow`: lets `http` steps ask this machine and its networks.
    /// - `AUTOGLM_PYTHON`: the Python of `python` steps.
    /// - `AUTOGLM_VECTORS`: the file of `index` and `retrieve`.
    /// - `AUTOGLM_BUS`: where `emit` steps tell events: `memory`, or the URL of a NATS server.
    /// - Parameters:
    ///   - plugins: Where plugins come from.
    ///   - models: The models of a configuration, which steps may name.
    ///   - bus: Where events go; nil for where the environment or the configuration says.
    /// - Throws: `ValidationError` where one of them is not understood.
    static func program(
        plugins: PluginHost, models: ConfiguredModels? = nil, bus: ProgramBus? = nil
    ) throws -> Self {
        var access = StepAccess()
        for (setting, isWritable) in [("READ_FOLDERS", false), ("WRITE_FOLDERS", true)] {
            for (name, path) in try Self.pairs(setting, "PATH") {
                access.folders[name] = FolderAccess(path, isWritable: isWritable)
            }
        }
        for (name, url) in try Self.pairs("DATABASES", "URL") { access.databases[name] = try DatabaseAccess(url) }
        for (host, text) in try Self.pairs("SECRETS", "env:VARIABLE") {
            guard let source = SecretAccess.Source(text) else {
                throw ValidationError("AUTOGLM_SECRETS must be of the form HOST=env:VARIABLE,HOST=file:PATH.")
            }
            access.secrets.append(SecretAccess(host: host, source: source))
        }
        access.allowsLocalNetworks = Settings.text("LOCAL_NETWORKS") == "allow"
        if let python = Settings.text("PYTHON") { access.python = python }
        let bus = try bus ?? ProgramBus(configured: models?.bus)
        let registry = Self.all(
            access, bus: bus.bus, embedder: ProgramEmbedders(models), plugins: plugins
        ) {
            VectorStore(try StoreOptions.openVectors())
        }
        return models.map { registry.offering(models: $0.names) } ?? registry
    }

    private static func pairs(_ setting: String, _ what: String) throws -> [(name: String, value: String)] {
        try (Settings.text(setting) ?? "").split(separator: ",").map { entry in
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                // What was given is not shown: it may hold a password where none should be.
                throw ValidationError("AUTOGLM_\(setting) must be of the form NAME=\(what),NAME=\(what).")
            }
            return (parts[0], parts[1])
        }
    }
}
