// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PostgresServing
import Synchronization
import Testing

/// Workers as on machines of their own: they share a database and no folder.
@Suite("Workers that share runs in PostgreSQL, by the program", .timeLimit(.minutes(20)))
struct SharedStoreTests {
    private static let pages = """
        pipeline: pages
        inputs: {name: {type: string}}
        steps:
          - id: pages
            for_each: [0, 1, 2, 3, 4, 5]
            steps:
              - {id: rest, sleep: 20ms}
              - {id: log, uses: file, with: {action: append, path: log, folder: out, value: ["${inputs.name} ${item}"]}}
        output: "${inputs.name}"
        """

    private static let asking = """
        pipeline: ask-first
        steps: [{id: go, wait_for: "May one go?", choices: ["yes", "no"]}]
        output: "${go.answer}"
        """

    /// A machine with its own state and its own folder for what steps write.
    private struct Machine {
        let files: TemporaryFiles
        let environment: [String: String]

        init(_ url: String) throws {
            self.files = try TemporaryFiles(["pages.yaml": pages, "ask.yaml": asking, "out/empty": ""])
            self.environment = [
                "AUTOGLM_STORE": url, "XDG_STATE_HOME": self.files.path("state"),
                "AUTOGLM_WRITE_FOLDERS": "out=\(self.files.path("out"))",
            ]
        }

        func run(_ arguments: [String]) async throws -> Program.Outcome {
            try await Program.run(arguments, environment: self.environment)
        }

        /// The lines that runs have written here.
        func lines() -> [String] {
            ((try? String(contentsOfFile: self.files.path("out/log"), encoding: .utf8)) ?? "")
                .split(separator: "\n").map(String.init)
        }

        /// Works until nothing is in line, or until it is killed when it has taken so many runs.
        ///
        /// - Returns: Whether it was killed.
        func work(killedAfter count: Int?) async throws -> Bool {
            let said = Mutex("")
            let outcome = try await Program.run(
                ["worker", "--until-empty", "--lease", "1", "--deliveries", "100", "--concurrency", "2"],
                environment: self.environment,
                watchErrors: { process, data in
                    let taken = said.withLock { text in
                        text += String(decoding: data, as: UTF8.self)
                        return text.split(separator: "\n").count { $0.hasPrefix("took ") }
                    }
                    if let count, taken >= count, process.isRunning { kill(process.processIdentifier, SIGKILL) }
                })
            return outcome.status == SIGKILL
        }
    }

    @Test("Killed workers leave their runs to others: nothing is lost, and nothing is done twice that was recorded")
    func killed() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let machines = try (0..<3).map { _ in try Machine(url) }
        let names = (0..<12).map { "run-\($0)" }
        for name in names {
            let queued = try await machines[0].run(
                ["run", machines[0].files.path("pages.yaml"), "--input", name, "--enqueue"])
            #expect(queued.status == 0, "\(queued.errors)")
        }
        // The pipeline's file is gone when another machine takes the run.
        try FileManager.default.removeItem(atPath: machines[0].files.path("pages.yaml"))
        let kills = try await withThrowingTaskGroup(of: Int.self) { group in
            for (number, machine) in machines.enumerated() {
                group.addTask {
                    var kills = 0
                    for count in [number + 1, 3] { kills += try await machine.work(killedAfter: count) ? 1 : 0 }
                    return kills
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(kills >= 2)
        var succeeded: [JSONValue] = []
        while succeeded.count < names.count {
            _ = try await machines[1].work(killedAfter: nil)
            let listed = try await machines[2].run(["runs", "list", "--state", "succeeded", "--output", "json"])
            succeeded = try listed.json()["runs"]?.arrayValue ?? []
        }
        let lines = machines.flatMap { $0.lines() }
        #expect(Set(lines) == Set(names.flatMap { name in (0..<6).map { "\(name) \($0)" } }))
        // Only what was under way at a kill may be done once more, on a machine that cannot know of the file of the other.
        #expect(lines.count - Set(lines).count <= 2 * kills, "\(lines.count) lines after \(kills) kills")
        #expect(try await machines[0].run(["runs", "queue"]).output.isEmpty)
        for machine in machines {
            #expect(!FileManager.default.fileExists(atPath: machine.files.path("state/autoglm/runs.sqlite")))
        }
    }

    @Test("A run that waits on one machine is answered on the second and goes on on the third")
    func answered() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let machines = try (0..<3).map { _ in try Machine(url) }
        let asked = try await machines[0].run(["run", machines[0].files.path("ask.yaml")])
        #expect(asked.status == 1 && asked.errors.contains("May one go?"))
        let listed = try await machines[1].run(["runs", "list", "--output", "json"]).json()["runs"]?.arrayValue
        let id = try #require(listed?.first?["id"]?.stringValue)
        #expect(try await machines[1].run(["runs", "answer", id, "go", "yes", "--enqueue"]).status == 0)
        #expect(try await machines[2].work(killedAfter: nil) == false)
        let shown = try await machines[0].run(["runs", "show", id, "--output", "json"]).json()
        #expect(shown["output"] == "yes" && shown["attempts"] == 2)
        let replayed = try await machines[1].run(["runs", "replay", id])
        #expect(replayed.status == 0, "\(replayed.errors)")
        let pruned = try await machines[2].run(["runs", "prune", "--keep", "0", "--output", "json"])
        #expect(try pruned.json()["removed_runs"] == 1)
    }

    @Test("A schedule that is stored on one machine begins its runs on another")
    func scheduled() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let machines = try (0..<2).map { _ in try Machine(url) }
        try machines[0].files.write(
            Data("schedule: {every: 1s}\n\(Self.asking)".utf8), "often.yaml")
        let stored = try await machines[0].run(["runs", "schedule", machines[0].files.path("often.yaml")])
        #expect(stored.status == 0, "\(stored.errors)")
        while try await machines[1].run(["runs", "list", "--state", "waiting"]).output.isEmpty {
            #expect(try await machines[1].work(killedAfter: nil) == false)
        }
        #expect(try await machines[1].run(["runs", "unschedule", "ask-first"]).status == 0)
    }

    @Test(
        "What is no place for runs is refused, and no password is shown",
        arguments: [
            ("postgresql://me:secret-word@host/runs", "password_env"), ("mysql://host/runs", "postgresql://"),
            ("postgresql:///runs?host=/nowhere", "runs on /nowhere"),
            ("postgresql:///runs?host=/nowhere&password_env=NOT_THERE", "NOT_THERE"),
        ])
    func refused(store: String, text: String) async throws {
        for arguments in [["runs", "list"], ["worker", "--until-empty"]] {
            let outcome = try await Program.run(arguments, environment: ["AUTOGLM_STORE": store])
            #expect(
                outcome.status != 0 && outcome.errors.contains(text) && !outcome.errors.contains("secret-word"),
                "\(outcome.errors)")
        }
        let help = try await Program.run(["runs", "list", "--help"], environment: ["AUTOGLM_STORE": store])
        #expect(help.status == 0 && !help.text.contains("secret-word"))
    }
}
