// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import RunStorage
import Synchronization

/// Starts `CrashSubject`, and kills it.
struct CrashedProgram: Sendable {
    private let program: URL
    private let folder: TemporaryFolder

    init(folder: TemporaryFolder) throws {
        self.folder = folder
        self.program = try Self.find()
    }

    /// The file that steps leave traces in.
    var effects: String { "\(self.folder.path)/effects" }

    /// Stores a run.
    func begin(enqueued: Bool = false) async throws -> String {
        let output = Pipe()
        let (process, ended) = self.process([enqueued ? "enqueue" : "begin", self.folder.file])
        process.standardOutput = output
        try process.run()
        _ = await ended.first { _ in true }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs the program, and kills it after some time, in seconds.
    ///
    /// - Returns: Whether it was killed before it had ended.
    func run(_ arguments: [String], killedAfter seconds: Double) async throws -> Bool {
        let (process, ended) = self.process(arguments)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let victim = Victim(process: process)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { victim.kill() }
        _ = await ended.first { _ in true }
        return process.terminationReason == .uncaughtSignal
    }

    private func process(_ arguments: [String]) -> (Process, AsyncStream<Void>) {
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        let process = Process()
        process.executableURL = self.program
        process.arguments = arguments
        process.terminationHandler = { _ in continuation.yield() }
        return (process, ended)
    }

    /// The program: next to the tests' own bundle, in the folder of products.
    private static func find() throws -> URL {
        let beginnings =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap(\.self)
            + CommandLine.arguments.prefix(2).map { URL(fileURLWithPath: $0) }
        for beginning in beginnings {
            var folder = beginning.resolvingSymlinksInPath()
            for _ in 0..<5 {
                let program = folder.appendingPathComponent("CrashSubject")
                if FileManager.default.isExecutableFile(atPath: program.path) { return program }
                folder.deleteLastPathComponent()
            }
        }
        throw PipelineError(.unreadableFile, "CrashSubject is not built.")
    }
}

/// A process handed to the queue that kills it.
private struct Victim: @unchecked Sendable {  // Only asked whether it runs, and sent a signal.
    let process: Process

    func kill() { if self.process.isRunning { Foundation.kill(self.process.processIdentifier, SIGKILL) } }
}

/// Counts what steps did, from what they left in a file and from what was recorded.
final class CrashTally: Sendable {
    /// What was counted.
    struct Report {
        var runs: Int
        var kills: Int
        /// Steps of runs that succeeded that left no trace.
        var lost: Int
        /// Steps done again after they had been recorded, or under another idempotency key: what must never happen.
        var doubled: Int
        /// Steps that were under way when a kill came and left a trace before: done again under the same key.
        var repeated: Int

        var isClean: Bool { self.lost == 0 && self.doubled == 0 && self.repeated <= self.kills * CrashTally.width }

        var json: JSONValue {
            [
                "runs": .integer(self.runs), "kills": .integer(self.kills), "crash_lost": .integer(self.lost),
                "crash_doubled": .integer(self.doubled), "crash_repeated": .integer(self.repeated),
            ]
        }
    }

    /// How many steps the subject may have under way at once: two runs with three turns of a loop each.
    static let width = 6

    private struct Trace {
        var key: Substring
        var step: String
    }

    let store: SQLiteRunStore
    private let effects: String
    /// The first trace that would be one too many, by step.
    private let recordedBefore = Mutex<[String: Int]>([:])

    init(store: SQLiteRunStore, effects: String) {
        self.store = store
        self.effects = effects
    }

    /// Notes which steps are recorded now: traces of theirs that come later are doubled.
    func note(_ ids: [String]) async throws {
        var recorded = [String]()
        for id in ids {
            recorded += try await self.store.steps(of: id, from: 0, limit: 1000).map { "\(id) \($0.call.key.rawValue)" }
        }
        let count = try self.traces().count
        self.recordedBefore.withLock { before in
            for step in recorded where before[step] == nil { before[step] = count }
        }
    }

    /// Counts.
    func report(runs: Int, kills: Int) throws -> Report {
        let traces = try self.traces()
        let before = self.recordedBefore.withLock { $0 }
        var keys: [String: Set<Substring>] = [:]
        var late = 0
        for (number, trace) in traces.enumerated() {
            keys[trace.step, default: []].insert(trace.key)
            if let limit = before[trace.step], number >= limit { late += 1 }
        }
        let otherKeys = keys.values.reduce(0) { $0 + $1.count - 1 }
        return Report(
            runs: runs, kills: kills, lost: runs * Self.stepCount - keys.count, doubled: late + otherKeys,
            repeated: traces.count - keys.count - otherKeys)
    }

    /// The steps of a run that leave traces.
    private static let stepCount = 2 + 12 * 2

    private func traces() throws -> [Trace] {
        guard FileManager.default.fileExists(atPath: self.effects) else { return [] }
        return try String(contentsOfFile: self.effects, encoding: .utf8).split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return Trace(key: parts[0], step: String(parts[1]))
        }
    }
}
