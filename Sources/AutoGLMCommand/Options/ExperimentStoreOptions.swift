// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Experiments
internal import LLMCore
internal import RunStorage

/// Where the experiments are that a server runs.
struct ExperimentStoreOptions: ParsableArguments {
    @Option(
        help: """
            The file of the experiments that are served (default: AUTOGLM_EXPERIMENTS, else autoglm/experiments.sqlite in \
            XDG_STATE_HOME or ~/.local/state).
            """)
    var store: String = ExperimentStoreOptions.usualStore

    /// Every experiment that is kept, in the order of names.
    ///
    /// - Throws: `StorageError`.
    func open() throws -> SQLiteExperimentStore { SQLiteExperimentStore(try Self.open(self.store)) }

    /// The experiment of a name, as it is kept.
    ///
    /// - Throws: ``CommandError`` that names the nearest known one; `StorageError`.
    func find(_ name: String) async throws -> (store: SQLiteExperimentStore, stored: StoredExperiment) {
        let store = try self.open()
        let all = try await store.experiments()
        guard let stored = all.first(where: { $0.name == name }) else {
            throw CommandError(
                .badInput, "There is no experiment '\(name)'. \(NearestName.hint(for: name, in: all.map(\.name)))")
        }
        return (store, stored)
    }

    /// Opens a file; the default one is made with its folders.
    ///
    /// - Throws: `StorageError` that says what is wrong with it.
    static func open(_ path: String) throws -> StorageFile {
        if path == Self.usualStore { try FilePath.makeFolders(FilePath.folder(of: path)) }
        return try StorageFile(path: path)
    }

    /// The file where none is named.
    static var usualStore: String {
        Settings.text("EXPERIMENTS") ?? "\(StoreOptions.defaultFolder)/experiments.sqlite"
    }
}
