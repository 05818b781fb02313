// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("The catalogue of models on the command line")
struct ModelsTests {
    let files: TemporaryFiles

    init() throws {
        self.files = try TemporaryFiles(["a.txt": "one", "b.txt": "two"])
    }

    func run(_ arguments: String...) async throws -> Program.Outcome { try await self.run(arguments) }

    func run(_ arguments: [String]) async throws -> Program.Outcome {
        try await Program.run(
            ["models"] + arguments,
            environment: [
                "AUTOGLM_CATALOG": self.files.path("catalog.sqlite"), "AUTOGLM_ARTEFACTS": self.files.path("artefacts"),
                "USER": "ines",
            ])
    }

    func json(_ arguments: String...) async throws -> JSONValue {
        let outcome = try await self.run(arguments + ["--output", "json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.json()
    }

    @Test("A model is registered, promoted with approval, rolled back, and all of it is known afterwards")
    func life() async throws {
        let first = try await self.json(
            "register", "m", self.files.path("a.txt"), "--metric", "f1=0.5", "--data", "d1", "--data", "d2", "--code",
            "abc",
            "--run", "7", "--summary", "The first.")
        #expect(first["version"] == 1 && first["metrics"] == ["f1": 0.5] && first["lineage"]?["data"] == ["d1", "d2"])
        let second = try await self.json("register", "m", self.files.path("b.txt"), "--parent", "m:1")
        #expect(second["lineage"]?["parent"] == first["id"])
        #expect(try await self.json("promote", "m:1")["promotion"]?["state"] == "waiting")
        let own = try await self.run("approve", "m", "1")
        #expect(own.status == 1 && own.errors.contains("somebody else must approve"))
        #expect(try await self.json("approve", "m", "1", "--by", "rui")["version"] == 1)
        #expect(try await self.json("promote", "m", "--to", "challenger")["version"] == 2)
        #expect(try await self.json("promote", "m@challenger", "--reason", "better")["promotion"]?["promotion"] == 2)
        #expect(try await self.json("approve", "m", "2", "--by", "rui")["version"] == 2)
        #expect(try await self.json("rollback", "m")["version"] == 1)
        let shown = try await self.json("show", "m:2", "--verify")
        #expect(shown["ancestors"]?.arrayValue?.count == 1 && shown["verified"] == true)
        let events = try await self.json("history", "m", "--alias", "champion")["events"]?.arrayValue ?? []
        #expect(
            events.map { $0["kind"] }
                == ["proposed", "approved", "promoted", "proposed", "approved", "promoted", "rolled-back"])
        #expect(events.map { $0["by"] } == ["ines", "rui", "rui", "ines", "rui", "rui", "ines"])
        #expect(events[3]["note"] == "better")
        let now = Date().addingTimeInterval(60).ISO8601Format()
        #expect(try await self.json("history", "m", "--at", now)["version"] == 1)
        #expect(try await self.json("history", "m", "--at", "2020-01-01T00:00:00Z")["version"] == .null)
    }

    @Test("Files come out as they went in, and go when their version is removed")
    func exporting() async throws {
        _ = try await self.json("register", "m", self.files.path("a.txt"))
        _ = try await self.json("export", "m", self.files.path("out") + "/")
        #expect(try String(contentsOfFile: self.files.path("out/a.txt"), encoding: .utf8) == "one")
        #expect(try await self.json("measure", "m:1", "--metric", "ms=2")["metrics"] == ["ms": 2.0])
        #expect(try await self.json("remove", "m:1")["removed"] == true)
        #expect(try await self.json("list")["models"] == [])
        #expect(try await self.json("prune")["files"] == 0)
        let gone = try await self.run("show", "m:1")
        #expect(gone.status == 1 && gone.errors.contains("was removed"))
    }

    @Test("A model is shown for people, too")
    func words() async throws {
        _ = try await self.json("register", "m", self.files.path("a.txt"), "--metric", "f1=0.5")
        _ = try await self.json("protect", "m", "champion", "--approvals", "0")
        #expect(try await self.run("promote", "m").text == "m@champion is version 1\n")
        #expect(try await self.run("list").text.contains("latest 1  champion 1"))
        #expect(try await self.run("list", "m").text.contains("f1 0.5"))
        #expect(try await self.run("alias", "m").text.contains("m@champion"))
        #expect(try await self.run("show", "m@champion").text.contains("champion"))
        #expect(try await self.run("history", "m").text.contains("champion → 1"))
    }

    @Test(
        "What is wrong is said, with its way out",
        arguments: [
            (["show", "n"], 1, "There is no model 'n'"), (["show", "../x"], 64, "model"),
            (["promote", "m:2"], 1, "no version 2"),
            (["remove", "m"], 64, "by its number"), (["register", "m", "nowhere"], 1, "cannot be opened"),
            (["register", "a/b", "."], 1, "cannot be a model's name"),
            (["measure", "m:1", "--metric", "x"], 64, "NAME=NUMBER"),
            (["history", "m", "--at", "noon"], 64, "2026-11-03T09:30:00Z"),
            (["rollback", "m"], 1, "no alias 'champion'"),
            (["list", "--catalog", "postgresql://me:hunter2@h/d"], 1, "password_env"),
            (["promote", "m:1", "--by", ""], 64, "--by NAME"),
        ] as [([String], Int32, String)])
    func mistakes(arguments: [String], status: Int32, words: String) async throws {
        _ = try await self.json("register", "m", self.files.path("a.txt"))
        let outcome = try await self.run(arguments)
        #expect(outcome.status == status && outcome.text.isEmpty, "\(outcome.errors)")
        #expect(outcome.errors.contains(words) && !outcome.errors.contains("hunter2"), "\(outcome.errors)")
    }
}
