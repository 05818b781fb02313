// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import LLMCore
internal import ServiceLifecycle
internal import UnixSignals

/// Reads a configuration again whenever SIGHUP comes; a file that is wrong changes nothing.
///
/// Keys, tokens and rates are those of the file from then on. Requests that were let in before go on as they are.
struct ConfigurationReload: Service {
    let path: String
    let access: AccessGuard
    /// SIGHUPs since the file was read, so that none is missed while models are loaded.
    let signals: UnixSignalsSequence

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in self.signals { await self.reload() } }
    }

    private func reload() async {
        do {
            let settings = try ServerSettings.read(path: self.path, environment: Settings.environment).server
            guard let access = settings.access else {
                throw CommandError(.badInput, "'access' is gone from '\(self.path)'; to let in everybody, start anew.")
            }
            try await self.access.replace(access)
            Console.note("Reloaded '\(self.path)': \(access.keys.count) keys.")
        } catch { Console.note("'\(self.path)' is not taken, and the settings stay as they are: \(error)") }
    }
}
