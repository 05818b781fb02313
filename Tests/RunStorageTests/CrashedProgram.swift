// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import RunStorage
import Synchronization

/// Starts `CrashSubject`, and kills it.
struct CrashedProgram: Sendable {
    /// What it runs: steps in a row and steps side by side, which also write lines to a log that all runs share.
    static let source = PipelineSource(
        name: "crash", version: "1.0.0", file: "crash.yaml",
        text: """
            pipeline: crash
            inputs: {run: {type: string}}
            steps:
              - {id: begin, uses: append, with: {text: begin}}
              - id: pages
                for_each: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
                concurrency: 3
                steps:
                  - {id: ask, uses: append, with: {text: "page ${item}"}}
                  - id: log
                    uses: file
                    with: {action: append, path: log, folder: out, value: ["${inputs.run} ${item}"]}
                  - {id: keep, uses: append, with: {text: "kept ${ask.text}"}}
              - {id: finish, uses: append, with: {text: finish}}
            output: "${finish.text}"
            """)

    /// The lines that a run writes to the log.
    static func lines(of run: String) -> [String] { (0..<12).map { "\(run) \($0)" } }

    /// How many steps of a run leave traces.
    static let stepCount = 2 + 12 * 2

    /// How many of them it may have under way at once: two runs with three turns of a loop each.
    static let width = 6

    private let program: String

    init() throws { self.program = try Self.find().path }

    /// Runs the program, and kills it after some time, in seconds.
    ///
    /// - Returns: Whether it was killed before it had ended.
    func run(_ arguments: [String], killedAfter seconds: Double) async throws -> Bool {
        let child = try ChildProcess(self.program, arguments)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { child.kill() }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: child.wasKilled()) }
        }
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

/// A process that can be killed at any moment, but never one that has its number later.
private final class ChildProcess: Sendable {
    private let id: pid_t
    private let hasEnded = Mutex(false)

    init(_ program: String, _ arguments: [String]) throws {
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, program, nil, nil, &words, environ)
        guard code == 0 else { throw PipelineError(.unreadableFile, "Cannot start '\(program)': \(code).") }
        self.id = id
    }

    func kill() {
        self.hasEnded.withLock { if !$0 { Foundation.kill(self.id, SIGKILL) } }
    }

    /// Waits for its end.
    func wasKilled() -> Bool {
        var information = siginfo_t()
        while waitid(P_PID, id_t(self.id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        var status: Int32 = 0
        self.hasEnded.withLock { hasEnded in
            hasEnded = true
            waitpid(self.id, &status, 0)
        }
        return status & 0x7F == SIGKILL
    }
}
