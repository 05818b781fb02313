// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import RunStorage

/// Where runs are kept.
struct StoreOptions: ParsableArguments {
    @Option(
        help: """
            The file that runs are kept in (default: AUTOGLM_STORE, else autoglm/runs.sqlite in XDG_STATE_HOME or \
            ~/.local/state).
            """)
    var store: String = Settings.text("STORE") ?? StoreOptions.defaultPath

    @Option(
        help: """
            Where runs wait for workers: a NATS server with JetStream, such as nats://127.0.0.1:4222, whose queue any number \
            of machines share that see the same --store (default: AUTOGLM_QUEUE, else the store's file).
            """)
    var queue: String?

    /// The server of the queue; nil where the store's file has it.
    var queueServer: String? { self.queue ?? Settings.text("QUEUE") }

    @Option(help: "What recorded steps survive: process (kill -9), or power, where each step waits for the disk.")
    var durability = Choice(StorageFile.Durability.process)

    /// Opens the file; the default one is made with its folders.
    ///
    /// - Throws: `StorageError` that says what is wrong with it.
    func open() throws -> OpenStore {
        if self.store == Self.defaultPath { try FilePath.makeFolders(FilePath.folder(of: self.store)) }
        let file = try StorageFile(path: self.store, durability: self.durability.value)
        let queue: any RunQueue = try self.queueServer.map { try LaterRunQueue($0) } ?? SQLiteRunQueue(file)
        return OpenStore(runs: SQLiteRunStore(file), queue: queue, schedules: SQLiteScheduleStore(file))
    }

    /// Opens the file of texts that are found by their meaning: the one that `AUTOGLM_VECTORS` names, else the default one.
    static func openVectors() throws -> StorageFile {
        if let path = Settings.text("VECTORS") { return try StorageFile(path: path) }
        try FilePath.makeFolders(Self.defaultFolder)
        return try StorageFile(path: "\(Self.defaultFolder)/vectors.sqlite")
    }

    private static var defaultPath: String { "\(Self.defaultFolder)/runs.sqlite" }

    /// Where what must survive the program is kept unless another place is named.
    static var defaultFolder: String {
        let state = Settings.environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return "\(state ?? "\(Settings.environment["HOME"] ?? ".")/.local/state")/autoglm"
    }
}

/// Runs, those of them that wait for a worker, and those to come, in one file.
struct OpenStore: Sendable {
    let runs: any RunStore
    let queue: any RunQueue
    let schedules: any ScheduleStore

    /// The whole name of a run, given its beginning.
    func name(_ beginning: String) async throws -> String { try await self.runs.run(beginning).summary.id }
}
