// SPDX-License-Identifier: Apache-2.0

import Experiments
import Foundation
import LLMCore
import RunStorage
import Testing

@Suite("Stored experiments")
struct SQLiteExperimentStoreTests {
    private let folder: TemporaryFolder
    private let store: SQLiteExperimentStore
    private let experiment: Experiment

    init() throws {
        self.folder = try TemporaryFolder()
        self.store = SQLiteExperimentStore(try StorageFile(path: self.folder.file))
        var seconds = Metric(name: "seconds", kind: .mean, goal: .decrease, covariate: "before")
        seconds.baseline = 1
        self.experiment = Experiment(
            name: "e", arms: [Arm("a", weight: 0.5), Arm("b", weight: 0.5)],
            metrics: [Metric(name: "accepted", kind: .proportion, goal: .increase), seconds])
    }

    private func opened() throws -> SQLiteExperimentStore {
        SQLiteExperimentStore(try StorageFile(path: self.folder.file))
    }

    @Test("Definitions, states and histories are there when the file is opened again")
    func experiments() async throws {
        let first = StoredExperiment(name: "z", definition: "experiment: z")
        try await self.store.save(first, ExperimentEvent(.defined, at: 1.5, by: "anna", note: "version 0"))
        try await self.store.save(
            StoredExperiment(name: "é", definition: "x", state: ["settled": "a"]), ExperimentEvent(.defined, at: 2))
        try await self.store.save(
            state: ["weights": [1, 0]], of: "z", [ExperimentEvent(.rolledBack, at: 3, note: "worse")])
        let again = try self.opened()
        let kept = try await again.experiments()
        #expect(kept.map(\.name) == ["z", "é"] && kept[0].state == ["weights": [1, 0]])
        #expect(kept[1].state == ["settled": "a"] && kept[0].definition == "experiment: z")
        let events = try await again.events(of: "z")
        #expect(events.map(\.kind) == [.defined, .rolledBack] && events[0].by == "anna" && events[1].note == "worse")
        #expect(try await again.events(of: "nothing").isEmpty)
    }

    @Test("A unit has one arm, whoever asks at once, until it is forgotten")
    func units() async throws {
        let (one, two) = (self.store, try self.opened())
        let news = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await (index % 2 == 0 ? one : two).keep(index % 3 == 0 ? "a" : "b", of: "u", in: "e").isNew
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(news == 1)
        let arm = try #require(try await two.arm(of: "u", in: "e"))
        let kept = try await one.keep(arm == "a" ? "b" : "a", of: "u", in: "e")
        #expect(kept.arm == arm && !kept.isNew)
        #expect(try await one.arm(of: "u", in: "other") == nil)
        try await one.forget("u", in: "e")
        #expect(try await two.arm(of: "u", in: "e") == nil)
    }

    @Test("Each metric of a unit counts once, and rows add up to the tally")
    func outcomes() async throws {
        let key = self.experiment.stickyKey
        for (unit, arm) in [("u1", "a"), ("u2", "b"), ("u3", "gone"), ("u4", "b")] {
            _ = try await self.store.keep(arm, of: unit, in: key)
        }
        let whole = Outcome(arm: "a", values: ["accepted": 1, "seconds": 2.5], covariates: ["before": 3])
        #expect(try await self.store.keep(whole, of: "u1", in: self.experiment) == ["accepted": 1, "seconds": 2.5])
        let later = Outcome(arm: "a", values: ["accepted": 0, "seconds": 9], covariates: ["before": 1])
        #expect(try await self.store.keep(later, of: "u1", in: self.experiment).isEmpty)
        #expect(
            try await self.store.keep(Outcome(arm: "b", values: ["accepted": 0]), of: "u2", in: self.experiment)
                == ["accepted": 0])
        let rows = try await self.opened().rows(of: self.experiment)
        #expect(rows.map(\.unit) == ["u1", "u2", "u4"])
        #expect(rows.map(\.outcome.arm) == ["a", "b", "b"])
        #expect(rows[0].outcome == whole && rows[2].outcome.values.isEmpty)
        var expected = Tally(self.experiment)
        for row in rows {
            try expected.expose(row.outcome.arm)
            try expected.record(row.outcome)
        }
        #expect(try await self.opened().tally(of: self.experiment) == expected)
        #expect(expected.exposures == [1, 2])
    }
}
