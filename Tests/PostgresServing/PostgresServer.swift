// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, until the tests' process ends.
///
/// It never runs as root, which PostgreSQL refuses: root's tests run it as the user `postgres`, that Debian's package made.
package final class PostgresServer: Sendable {
    /// What keeps the server from running, as a person reads it.
    package struct Problem: Error, CustomStringConvertible {
        /// What is wrong, and what to do.
        package let description: String
    }

    /// Users that must give a password have names that begin like this; others need none.
    package static let carefulUser = "careful"

    private static let started = Result { try PostgresServer() }
    /// Databases made so far.
    private static let count = Atomic(0)

    private let folder: String
    private let ended = DispatchSemaphore(value: 0)
    private let process: Process

    /// Starts the server when it is first asked for.
    ///
    /// - Throws: ``Problem``.
    package static func shared() throws -> PostgresServer { try Self.started.get() }

    /// Makes an empty database.
    ///
    /// - Returns: Its URL, with `user@` of the user who may do everything.
    /// - Throws: ``Problem``.
    package func makeDatabase() throws -> String {
        let name = "tests\(Self.count.add(1, ordering: .relaxed).newValue)"
        try self.execute("CREATE DATABASE \(name)")
        return self.url(of: name)
    }

    /// The URL of a database.
    package func url(of database: String, user: String = "postgres", more: String = "") -> String {
        let place = self.folder.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? self.folder
        return "postgresql://\(user)@\(place)/\(database)?connect_timeout=20\(more)"
    }

    /// Executes SQL with PostgreSQL's own client.
    ///
    /// - Throws: ``Problem`` with what the client says.
    package func execute(_ sql: String, in database: String = "postgres") throws {
        let arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", database]
        let psql = try Self.program("psql")
        let said = try Self.output(of: psql, arguments + ["-c", sql])
        guard said.status == 0 else { throw Problem(description: "psql: \(said.text)") }
    }

    // MARK: - Starting and ending

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString.prefix(8))")
        self.folder = folder.path
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        if geteuid() == 0 {
            guard let user = getpwnam("postgres") else { throw Self.missing }
            chown(self.folder, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        self.process = Process()
        try self.initialise()
        let error = Pipe()
        (self.process.executableURL, self.process.arguments) = try Self.unprivileged(
            Self.program("postgres"),
            [
                "-D", "\(self.folder)/data", "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                "max_connections=200",
            ])
        (self.process.standardOutput, self.process.standardError) = (FileHandle.nullDevice, error)
        try self.run(readingFrom: error.fileHandleForReading)
        // Where the tests' process ends by a signal, the system ends the server instead (`setpriv --pdeathsig`).
        atexit { try? PostgresServer.started.get().end() }
    }

    private func initialise() throws {
        let arguments = [
            "-D", "\(self.folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N",
        ]
        let (program, words) = try Self.unprivileged(Self.program("initdb"), arguments)
        let said = try Self.output(of: program.path, words)
        guard said.status == 0 else { throw Problem(description: "initdb: \(said.text)") }
        let rules = URL(fileURLWithPath: "\(self.folder)/data/pg_hba.conf")
        let usual = try String(contentsOf: rules, encoding: .utf8)
        let handle = try FileHandle(forWritingTo: rules)
        try handle.write(contentsOf: Data("local all \(Self.carefulUser) scram-sha-256\n\(usual)".utf8))
        try handle.close()
    }

    /// Runs the server on a thread that lasts as long as it does, and waits until it takes connections.
    private func run(readingFrom error: FileHandle) throws {
        let ready = DispatchSemaphore(value: 0)
        let said = Mutex("")
        let log = UncheckedLog(handle: error)
        Thread.detachNewThread { [process, ended] in
            do { try process.run() } catch { said.withLock { $0 = "\(error)" } }
            while process.isRunning, case let data = log.handle.availableData, !data.isEmpty {
                said.withLock { $0 += String(decoding: data, as: UTF8.self) }
                if said.withLock({ $0.contains("ready to accept connections") }) { ready.signal() }
            }
            process.waitUntilExit()
            ready.signal()
            ended.signal()
        }
        ready.wait()
        guard self.process.isRunning else { throw Problem(description: "postgres: \(said.withLock { $0 })") }
    }

    private func end() {
        kill(self.process.processIdentifier, SIGQUIT)
        self.ended.wait()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    // MARK: - Programs

    private static var missing: Problem {
        Problem(description: "PostgreSQL is not installed; run `make setup` (Debian: postgresql).")
    }

    /// A program of PostgreSQL: Debian keeps them apart by version.
    private static func program(_ name: String) throws -> String {
        let files = FileManager.default
        let root = "/usr/lib/postgresql"
        let versions = (try? files.contentsOfDirectory(atPath: root)) ?? []
        let folders =
            versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map { "\(root)/\($0)/bin" }
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard let path = folders.map({ "\($0)/\(name)" }).first(where: files.isExecutableFile) else {
            throw Self.missing
        }
        return path
    }

    /// How to start a program without root's rights, and so that it ends with the thread that starts it.
    private static func unprivileged(_ program: String, _ arguments: [String]) throws -> (URL, [String]) {
        let setpriv = "/usr/bin/setpriv"
        guard FileManager.default.isExecutableFile(atPath: setpriv) else {
            return (URL(fileURLWithPath: program), arguments)
        }
        let user = geteuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        return (URL(fileURLWithPath: setpriv), user + ["--pdeathsig=QUIT", program] + arguments)
    }

    private static func output(of program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

/// The server's messages on their way to the thread that reads them.
private struct UncheckedLog: @unchecked Sendable {  // One thread alone reads it, and nobody else has it.
    let handle: FileHandle
}
