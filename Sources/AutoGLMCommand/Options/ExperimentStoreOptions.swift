// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ExperimentStorage
internal import Experiments
internal import LLMCore
internal import RunStorage

/// Where the experiments are that a server runs.
struct ExperimentStoreOptions: ParsableArguments {
    @Option(
        help: """
            The experiments that are served: a SQLite file, or postgresql://user@host/database?password_env=NAME (default: \
            AUTOGLM_EXPERIMENTS, else autoglm/experiments.sqlite in XDG_STATE_HOME or ~/.local/state).
            """)
    var store: String = ExperimentStoreOptions.usualStore

    /// Opens the store; the default one is made with its folders.
    ///
    /// - Throws: An error that says what is wrong with its place.
    func open() throws -> any ExperimentStore { try Self.open(self.store) }

    /// The experiment of a name, as it is kept.
    ///
    /// - Throws: ``CommandError`` that names the nearest known one; an error of the store.
    func find(_ name: String) async throws -> (store: any ExperimentStore, stored: StoredExperiment) {
        let store = try self.open()
        let all = try await store.experiments()
        guard let stored = all.first(where: { $0.name == name }) else {
            throw CommandError(
                .badInput, "There is no experiment '\(name)'. \(NearestName.hint(for: name, in: all.map(\.name)))")
        }
        return (store, stored)
    }

    /// Opens a store; the default one is made with its folders.
    ///
    /// - Parameter store: A file or a URL.
    /// - Throws: An error that says what is wrong with its place.
    static func open(_ store: String) throws -> any ExperimentStore {
        if store.contains("://") { return try PostgresExperimentStore(url: store) }
        if store == Self.usualStore { try FilePath.makeFolders(FilePath.folder(of: store)) }
        return SQLiteExperimentStore(try StorageFile(path: store))
    }

    /// The store where none is named.
    static var usualStore: String {
        Settings.text("EXPERIMENTS") ?? "\(StoreOptions.defaultFolder)/experiments.sqlite"
    }
}
