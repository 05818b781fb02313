// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import Synchronization

/// Counts what steps did, from what they left in a file and from what was recorded.
final class CrashTally: Sendable {
    /// What was counted.
    struct Report {
        var runs: Int
        var kills: Int
        /// Steps of runs that succeeded that left no trace, and lines that are not in the log.
        var lost: Int
        /// Steps done again after they had been recorded, or under another idempotency key, and lines that are in the log
        /// more than once: what must never happen.
        var doubled: Int
        /// Steps that were under way when a kill came and left a trace before: done again under the same key.
        var repeated: Int

        var isClean: Bool { self.lost == 0 && self.doubled == 0 && self.repeated <= self.kills * CrashedProgram.width }

        var json: JSONValue {
            [
                "runs": .integer(self.runs), "kills": .integer(self.kills), "crash_lost": .integer(self.lost),
                "crash_doubled": .integer(self.doubled), "crash_repeated": .integer(self.repeated),
            ]
        }
    }

    private struct Trace {
        var key: Substring
        var step: String
    }

    let store: any RunStore
    let effects: String
    /// The first trace that would be one too many, by step.
    private let recordedBefore = Mutex<[String: Int]>([:])

    init(store: any RunStore, effects: String) {
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
    ///
    /// - Parameter names: What the runs are called in the log.
    func report(names: [String], kills: Int) throws -> Report {
        let runs = names.count
        let traces = try self.traces()
        let before = self.recordedBefore.withLock { $0 }
        var keys: [String: Set<Substring>] = [:]
        var late = 0
        for (number, trace) in traces.enumerated() {
            keys[trace.step, default: []].insert(trace.key)
            if let limit = before[trace.step], number >= limit { late += 1 }
        }
        let otherKeys = keys.values.reduce(0) { $0 + $1.count - 1 }
        let lines = try self.lines(of: "\(URL(fileURLWithPath: self.effects).deletingLastPathComponent().path)/log")
        let lost = Set(names.flatMap(CrashedProgram.lines)).subtracting(lines).count
        return Report(
            runs: runs, kills: kills, lost: runs * CrashedProgram.stepCount - keys.count + lost,
            doubled: late + otherKeys + lines.count - Set(lines).count,
            repeated: traces.count - keys.count - otherKeys)
    }

    private func lines(of file: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func traces() throws -> [Trace] {
        try self.lines(of: self.effects).map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return Trace(key: parts[0], step: String(parts[1]))
        }
    }
}
