// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import PostgresRuns
internal import RunStorage

/// Where runs are kept.
struct StoreOptions: ParsableArguments {
    @Option(
        help: """
            Where runs are kept: a SQLite file, or for workers on several machines \
            postgresql://user@host/database?password_env=NAME (default: AUTOGLM_STORE, else autoglm/runs.sqlite in \
            XDG_STATE_HOME or ~/.local/state).
            """)
    var store: String?

    /// The file or the URL.
    ///
    /// It is no default of the option, which help would show with whatever the variable holds.
    var place: String { self.store ?? Settings.text("STORE") ?? Self.defaultPath }

    @Option(
        help: """
            Where runs wait for workers: a NATS server with JetStream, such as nats://127.0.0.1:4222, whose queue any number \
            of machines share that see the same --store (default: AUTOGLM_QUEUE, else the store).
            """)
    var queue: String?

    /// The server of the queue; nil where the store's file has it.
    var queueServer: String? { self.queue ?? Settings.text("QUEUE") }

    @Option(
        help: """
            What recorded steps in a file survive: process (kill -9), or power, where each step waits for the disk. In \
            PostgreSQL the server's settings say it.
            """)
    var durability = Choice(StorageFile.Durability.process)

    /// Opens the store, which is there then; the default file is made with its folders.
    ///
    /// - Parameter lease: After how long without a sign of life a worker loses its runs in the queue.
    /// - Throws: An error that says what is wrong with its place.
    func open(lease: Duration = .seconds(30)) async throws -> OpenStore {
        let place = self.place
        let server = try self.queueServer.map { try LaterRunQueue($0) }
        if place.contains("://") {
            let (runs, line) = (try RunDatabase(url: place), try RunDatabase(url: place))
            try await runs.prepare()
            // Free before the queue gives it to another, who could else not open it.
            return OpenStore(
                runs: PostgresRunStore(runs, hold: lease / 2), queue: server ?? PostgresRunQueue(line),
                schedules: PostgresScheduleStore(line))
        }
        if place == Self.defaultPath { try FilePath.makeFolders(FilePath.folder(of: place)) }
        let file = try StorageFile(path: place, durability: self.durability.value)
        return OpenStore(
            runs: SQLiteRunStore(file), queue: server ?? SQLiteRunQueue(file), schedules: SQLiteScheduleStore(file))
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

/// Runs, those of them that wait for a worker, and those to come, in one place.
struct OpenStore: Sendable {
    let runs: any RunStore
    let queue: any RunQueue
    let schedules: any ScheduleStore

    /// The whole name of a run, given its beginning.
    func name(_ beginning: String) async throws -> String { try await self.runs.run(beginning).summary.id }
}
