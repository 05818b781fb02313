// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// A NATS server of a test's own: in a temporary folder, on a port that the system chooses, until the value is gone.
package final class NATSServer: Sendable {
    /// What keeps the server from running, as a person reads it.
    package struct Problem: Error, CustomStringConvertible {
        /// What is wrong, and what to do.
        package let description: String
    }

    private struct State {
        var process: Process?
        var ended = DispatchSemaphore(value: 0)
        var port = -1
    }

    /// The folder of its streams.
    package let folder: String
    private let settings: String
    private let hasStreams: Bool
    private let state = Mutex(State())

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - settings: What its configuration says besides its address and its streams.
    ///   - hasStreams: Whether it keeps streams.
    /// - Throws: ``Problem``.
    package init(_ settings: String = "", hasStreams: Bool = true) throws {
        self.folder = NSTemporaryDirectory() + "nats-\(UUID().uuidString.prefix(8))"
        self.settings = settings
        self.hasStreams = hasStreams
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        try self.start()
    }

    deinit {
        self.end(SIGKILL)
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// The port; the same after the server was started again.
    package var port: Int { self.state.withLock { $0.port } }

    /// The server, as a URL.
    package var url: String { "nats://127.0.0.1:\(self.port)" }

    /// Starts it again, with what its streams have.
    ///
    /// - Throws: ``Problem``.
    package func start() throws {
        let streams = "jetstream { store_dir: \"\(self.folder)/streams\", max_mem: 64MB, max_file: 1GB }"
        let configuration = """
            host: "127.0.0.1"
            port: \(self.port)
            \(self.hasStreams ? streams : "")
            \(self.settings)
            """
        let file = "\(self.folder)/server.conf"
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        let process = Process()
        (process.executableURL, process.arguments) = try Self.command(["-c", file])
        let log = Pipe()
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, log)
        let ended = DispatchSemaphore(value: 0)
        try Self.run(process, UncheckedLog(handle: log.fileHandleForReading), ended) { line in
            let mark = "Listening for client connections on 127.0.0.1:"
            guard let range = line.range(of: mark), let port = Int(line[range.upperBound...]) else { return }
            self.state.withLock { $0.port = port }
        }
        self.state.withLock {
            $0.process = process
            $0.ended = ended
        }
    }

    /// Stops it for a while, as a network that takes everything and brings nothing; returns when it has stopped.
    package func freeze() {
        guard let process = self.state.withLock({ $0.process?.processIdentifier }) else { return }
        kill(process, SIGSTOP)
        // A signal takes its time: until then the server would answer.
        while let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            !status.contains(") T ")
        { sched_yield() }
    }

    /// How many bytes have come to it that it has not read; for one that is frozen.
    package var unreadByteCount: Int {
        let port = ":" + String(self.port, radix: 16, uppercase: true)
        let connections = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        return connections.split(separator: "\n").reduce(0) { count, line in
            // Number, own and other address, state (01 is established), bytes to be sent and to be read.
            let fields = line.split(separator: " ")
            guard fields.count > 4, fields[1].hasSuffix(port), fields[3] == "01",
                let unread = fields[4].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
            else { return count }
            return count + unread
        }
    }

    /// Lets it go on.
    package func thaw() {
        self.state.withLock { if let process = $0.process { kill(process.processIdentifier, SIGCONT) } }
    }

    /// Ends it by a signal, and waits until it has ended.
    package func end(_ signal: Int32 = SIGTERM) {
        let (process, ended) = self.state.withLock { state in
            defer { state.process = nil }
            return (state.process, state.ended)
        }
        guard let process else { return }
        kill(process.processIdentifier, signal)
        ended.wait()
    }

    /// Runs the server on a thread that lasts as long as it does, and waits until it takes connections.
    private static func run(
        _ process: Process, _ log: UncheckedLog, _ ended: DispatchSemaphore, onLine: (String) -> Void
    ) throws {
        let ready = DispatchSemaphore(value: 0)
        let log = ServerLog(log)
        Thread.detachNewThread {
            do { try process.run() } catch { log.add("\(error)") }
            while process.isRunning, log.read() { if log.isReady { ready.signal() } }
            process.waitUntilExit()
            ready.signal()
            ended.signal()
        }
        ready.wait()
        guard log.isReady else { throw Problem(description: "nats-server: \(log.text)") }
        for line in log.text.split(separator: "\n") { onLine(String(line)) }
    }

    /// How to start the server so that it ends with the thread that starts it.
    private static func command(_ arguments: [String]) throws -> (URL, [String]) {
        let folders =
            ["/usr/sbin", "/usr/local/bin"]
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard let program = folders.map({ "\($0)/nats-server" }).first(where: FileManager.default.isExecutableFile)
        else { throw Problem(description: "There is no nats-server; run `make setup` (Debian: nats-server).") }
        let setpriv = "/usr/bin/setpriv"
        guard FileManager.default.isExecutableFile(atPath: setpriv) else {
            return (URL(fileURLWithPath: program), arguments)
        }
        return (URL(fileURLWithPath: setpriv), ["--pdeathsig=KILL", program] + arguments)
    }
}

/// What a server has said so far.
private final class ServerLog: Sendable {
    private let said = Mutex("")
    private let source: UncheckedLog

    init(_ source: UncheckedLog) { self.source = source }

    var text: String { self.said.withLock { $0 } }
    var isReady: Bool { self.text.contains("Server is ready") }

    func add(_ text: String) { self.said.withLock { $0 += text } }

    /// Waits for more; false at the end.
    func read() -> Bool {
        let data = self.source.handle.availableData
        self.add(String(decoding: data, as: UTF8.self))
        return !data.isEmpty
    }
}

/// The server's messages on their way to the thread that reads them.
private struct UncheckedLog: @unchecked Sendable {  // One thread alone reads it, and nobody else has it.
    let handle: FileHandle
}
