// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Synchronization
import Testing

/// OpenMPI, where it is installed.
private let mpirun = ["/usr/bin/mpirun", "/usr/local/bin/mpirun", "/opt/homebrew/bin/mpirun"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite(
    "Training with several processes", .serialized, .timeLimit(.minutes(20)),
    .enabled(if: mpirun != nil, "OpenMPI is not installed; make setup installs it."))
struct TrainLaunchTests {
    /// Sample dialogues, and what trains on them into a folder.
    private struct Training {
        let files: TemporaryFiles

        init() async throws {
            self.files = try TemporaryFiles()
            let arguments = ["train", "sample", "--out", self.files.path("data"), "--dialogues", "100"]
            #expect(try await Program.run(arguments).status == 0)
        }

        func arguments(_ name: String, _ more: [String] = []) -> [String] {
            [
                "intent", "--data", self.files.path("data"), "--out", self.files.path(name), "--turns", "2", "--width",
                "32", "--heads", "2", "--feed-forward", "64", "--epochs", "4", "--patience", "4", "--rate", "0.005",
                "--vocabulary-size", "200", "--minimum-examples", "5", "--threads", "1", "--output", "json",
            ] + more
        }

        func checkpoint(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: self.files.path("\(name)/checkpoint.safetensors"))
        }
    }

    /// The losses of each epoch, of both parts.
    private func losses(_ outcome: Program.Outcome) throws -> [Double] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        let epochs = try outcome.json()["epochs"]?.arrayValue ?? []
        #expect(epochs.count == 4)
        return epochs.flatMap { [$0["loss"]?.numberValue ?? .nan, $0["dev_loss"]?.numberValue ?? .nan] }
    }

    private func check(_ losses: [Double], _ others: [Double], within bound: Double) {
        for (one, other) in zip(losses, others) { #expect(abs(one - other) <= bound * one, "\(losses) \(others)") }
    }

    @Test("Two and four processes learn what one learns, in portions and as plain mpirun starts them, too")
    func sameLosses() async throws {
        let training = try await Training()
        let one = try self.losses(await Program.run(["train"] + training.arguments("one")))
        for (processes, more) in [("2", []), ("4", []), ("2", ["--accumulate", "3", "--bucket-bytes", "1"])] {
            let outcome = try await Program.run(
                ["train", "launch", "--processes", processes, "--"] + training.arguments("\(processes)\(more)", more))
            try self.check(self.losses(outcome), one, within: 1e-5)
            let exchange = try outcome.json()["parallel"]?["exchange"]
            #expect(exchange?["bytes_per_step"]?.integerValue ?? 0 > 10_000 && exchange?["overlap"] != nil)
            #expect(outcome.errors.contains("\(processes) processes train together: "), "\(outcome.errors)")
            #expect(
                outcome.errors.contains("Exchange: ") && outcome.errors.components(separatedBy: "Reading").count == 2)
        }
        let bf16 = try await Program.run(
            ["train", "launch", "--processes", "2", "--"] + training.arguments("b", ["--gradient-type", "bf16"]))
        try self.check(self.losses(bf16), one, within: 0.05)
        let plain = try await Program.run(
            program: mpirun ?? "",
            ["--allow-run-as-root", "--oversubscribe", "-np", "2", Program.url().path, "train"]
                + training.arguments("plain"))
        try self.check(self.losses(plain), one, within: 1e-5)
    }

    @Test("When a process is killed, all are started again, go on from the last checkpoint, and come to the same")
    func killed() async throws {
        let training = try await Training()
        let one = try self.losses(await Program.run(["train"] + training.arguments("one")))
        let said = Mutex("")
        let outcome = try await Program.run(
            ["train", "launch", "--processes", "2", "--"] + training.arguments("two", ["--restart"]),
            watchErrors: { _, part in
                said.withLock { said in
                    let before = said
                    said += String(decoding: part, as: UTF8.self)
                    guard said.contains("Epoch 2: loss"), !before.contains("Epoch 2: loss"),
                        let list = said.firstMatch(of: /train together: \d+, (\d+)\./), let id = pid_t(list.1)
                    else { return }
                    kill(id, SIGKILL)
                }
            })
        #expect(outcome.errors.contains("A process died (status 137); starting 2 again, 1 of at most 3 times."))
        #expect(outcome.errors.contains("Going on from"), "\(outcome.errors)")
        try self.check(self.losses(outcome), one, within: 1e-5)
    }

    @Test("Ctrl-C ends all with a checkpoint, from which another number of processes goes on")
    func interrupted() async throws {
        let training = try await Training()
        let one = try self.losses(await Program.run(["train"] + training.arguments("one")))
        let wasTold = Mutex(false)
        let outcome = try await Program.run(
            ["train", "launch", "--processes", "2", "--"] + training.arguments("two"),
            watchErrors: { process, part in
                guard String(decoding: part, as: UTF8.self).contains("Epoch 1: loss") else { return }
                let isFirst = wasTold.withLock { wasTold in
                    defer { wasTold = true }
                    return !wasTold
                }
                if isFirst {
                    kill(process.processIdentifier, SIGINT)
                }
            })
        #expect(outcome.status == 130 && outcome.output.isEmpty && training.checkpoint("two"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("starting"))
        let rest = try await Program.run(["train"] + training.arguments("two"))
        #expect(rest.errors.contains("Going on from"))
        try self.check(self.losses(rest), one, within: 1e-5)
    }

    @Test("What cannot be done is told, and not tried again")
    func refused() async throws {
        let files = try TemporaryFiles()
        let lost = ["intent", "--data", "/nowhere", "--out", files.path("a")]
        for (arguments, environment, status, word) in [
            (["launch"], [:], Int32(64), "after '--'"),
            (["launch", "--processes", "0", "--"] + lost, [:], 64, "--processes"),
            (["launch", "--processes", "2", "--min-processes", "3", "--"] + lost, [:], 64, "--min-processes"),
            (["launch", "--processes", "2", "--"] + lost, [:], 1, "/nowhere/train.jsonl"),
            (["launch", "--"] + lost, ["PATH": files.folder], 1, "openmpi-bin"),
            (lost, ["WORLD_SIZE": "2", "RANK": "0"], 1, "code: training.no-group"),
            (lost + ["--accumulate", "0"], [:], 64, "--accumulate"),
            (["measure"], [:], 1, "code: command.not-measurable"),
        ] as [([String], [String: String], Int32, String)] {
            let outcome = try await Program.run(["train"] + arguments, environment: environment)
            #expect(outcome.status == status && outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.contains(word) && !outcome.errors.contains("starting"), "\(outcome.errors)")
        }
    }

    @Test(
        "Processes that lost each other are started again as often as they may be, with fewer where that is allowed",
        arguments: [("3", Int32(0), ["3", "2", "2"]), ("1", 75, ["3", "2"])])
    func lost(restarts: String, status: Int32, processes: [String]) async throws {
        // In mpirun's place: twice the processes have lost each other (EX_TEMPFAIL), the third time they are done.
        let files = try TemporaryFiles([
            "mpirun": """
            #!/bin/sh
            echo "$2" >>"$CALLS"
            [ "$(wc -l <"$CALLS")" -ge 3 ] || exit 75
            """
        ])
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: files.path("mpirun"))
        let outcome = try await Program.run(
            [
                "train", "launch", "--processes", "3", "--min-processes", "2", "--max-restarts", restarts, "--",
                "intent", "--data", "a", "--out", "b",
            ], environment: ["PATH": "\(files.folder):/usr/bin:/bin", "CALLS": files.path("calls")])
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("A process died (status 75); starting 2 again, 1 of at most \(restarts) times."))
        let calls = try String(contentsOfFile: files.path("calls"), encoding: .utf8)
        #expect(calls.split(separator: "\n").map(String.init) == processes)
    }

    @Test("How fast processes exchange is measured, and reckoned for more of them")
    func measured() async throws {
        let outcome = try await Program.run([
            "train", "launch", "--processes", "2", "--", "measure", "--output", "json",
        ])
        let report = try outcome.json()
        #expect(report["processes"] == 2 && report["latency_us"]?.numberValue ?? 0 > 0, "\(outcome.errors)")
        let efficiencies = report["steps"]?.arrayValue?.compactMap { $0["efficiency"]?.numberValue } ?? []
        #expect(efficiencies.count == 11 && efficiencies[0] == 1 && efficiencies == efficiencies.sorted(by: >))
    }
}
