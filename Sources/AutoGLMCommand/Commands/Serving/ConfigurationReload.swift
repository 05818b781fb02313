// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import LLMCore
internal import ModelGateway
internal import Observability
internal import PluginHost
internal import ServiceLifecycle
internal import ServingCore
internal import UnixSignals

/// Reads a configuration and certificates again whenever SIGHUP comes; a file that is wrong changes nothing.
///
/// Keys, tokens, rates, limits, models and certificates are those of the files from then on. Requests that were let in
/// before, and connections, go on as they are.
struct ConfigurationReload: Service {
    /// The file; nil where only certificates are read.
    let path: String?
    /// What the command line says instead of the file.
    let options: ServingOptions
    /// The settings at the start.
    let started: ServerSettings
    /// The file at the start.
    let startedFile: ServedConfiguration?
    let live: LiveSettings
    let gateway: Gateway
    let repository: ModelRepository
    /// Where the plugins are that models may be.
    let plugins: PluginHost
    /// SIGHUPs since the file was read, so that none is missed while models are loaded.
    let signals: UnixSignalsSequence

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in self.signals { await self.reload() } }
    }

    private func reload() async {
        let what = self.path.map { "'\($0)'" } ?? "The certificate"
        do {
            let file = try self.path.map {
                try ServedConfiguration(path: $0, environment: Settings.environment, plugins: self.plugins)
            }
            let settings = self.options.applied(to: file?.server ?? ServerSettings())
            // What can fail comes first, so that everything is taken or nothing.
            let models = try file.map { try self.gateway.prepare($0.models) }
            try await self.live.replace(settings, level: file?.models.telemetry?.logLevel.level)
            var changes = ""
            if let models { changes = try await self.take(models) }
            if self.repository.options.control != .explicit { await self.repository.poll() }
            Console.note("Reloaded \(what)\(self.summary(settings, file))\(changes).")
        } catch { Console.note("\(what) is not taken, and the settings stay as they are: \(error)") }
    }

    /// Offers other models; says which.
    private func take(_ models: Gateway.Replacement) async throws -> String {
        let gone = self.gateway.take(models)
        let served = ServedLanguageModels(
            backend: ServedLanguageModels.backend(self.gateway), repository: self.repository)
        await served.remove(gone)
        try await served.add(models.changed)
        return [("new or changed models", models.changed), ("models gone", gone)].filter { !$0.1.isEmpty }
            .map { "; \($0.0): \($0.1.joined(separator: ", "))" }.joined()
    }

    private func summary(_ settings: ServerSettings, _ file: ServedConfiguration?) -> String {
        var parts: [String] = []
        if self.live.access != nil, let keys = settings.access?.keys { parts.append("\(keys.count) keys") }
        if let note = self.live.certificateNote { parts.append(note) }
        var keys = settings.keysForRestart(since: self.started)
        if let file, let startedFile { keys += file.keysForRestart(since: startedFile) }
        if !keys.isEmpty { parts.append("\(keys.joined(separator: ", ")) need a restart") }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")
    }
}
