// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import Observability
internal import RunStorage

/// Where recent traces and logs are kept.
struct TelemetryStoreOptions: ParsableArguments {
    @Option(
        help: """
            The file of recent traces and logs (default: AUTOGLM_TRACES, else autoglm/telemetry.sqlite in XDG_STATE_HOME or \
            ~/.local/state).
            """)
    var store: String?

    /// Opens the store, which must be there.
    ///
    /// - Throws: ``CommandError`` where nothing has been kept; `StorageError`.
    func open() throws -> SQLiteTelemetryStore {
        let path = self.store ?? Self.path
        guard FilePath.isFile(path) else {
            throw CommandError(
                .badInput,
                "There is no '\(path)': nothing has been kept. `autoglm serve --telemetry` keeps traces and logs.")
        }
        return SQLiteTelemetryStore(try StorageFile(path: path))
    }

    /// Opens a file to keep traces and logs in; the usual one is made with its folders.
    static func open(_ path: String?) throws -> StorageFile {
        if path == nil, Settings.text("TRACES") == nil { try FilePath.makeFolders(StoreOptions.defaultFolder) }
        return try StorageFile(path: path ?? Self.path)
    }

    /// The usual file.
    private static var path: String { Settings.text("TRACES") ?? "\(StoreOptions.defaultFolder)/telemetry.sqlite" }
}
