// SPDX-License-Identifier: Apache-2.0

package import Experiments
internal import LLMCore
internal import OpenAutoGLMTesting

/// What every `ExperimentStore` must do, as checks that any store's tests can run.
package struct ExperimentStoreConformance: Sendable {
    /// Opens one and the same store, as several processes would.
    package typealias Opener = @Sendable () async throws -> any ExperimentStore

    private let makeStore: @Sendable () async throws -> Opener

    /// Prepares the checks.
    ///
    /// - Parameter makeStore: Makes an empty store, and gives what opens it, which is called several times.
    package init(makeStore: @escaping @Sendable () async throws -> Opener) { self.makeStore = makeStore }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the store breaks; empty if it keeps them all.
    package func failures() async -> [String] {
        await ConformanceChecks(
            [
                ("emptiness", self.checkEmptiness), ("definitions", self.checkDefinitions),
                ("events", self.checkEvents),
                ("fidelity", self.checkFidelity), ("units", self.checkUnits), ("contention", self.checkContention),
                ("outcomes", self.checkOutcomes), ("repetition", self.checkRepetition), ("order", self.checkOrder),
                ("versions", self.checkVersions),
            ], of: self.makeStore
        ).failures()
    }

    // MARK: - Experiments

    private func checkEmptiness(_ open: Opener) async throws -> String? {
        let store = try await open()
        let (experiments, events) = (try await store.experiments(), try await store.events(of: "e"))
        let arm = try await store.arm(of: "u", in: "e")
        let rows = try await store.rows(of: Self.experiment)
        let isEmpty = experiments.isEmpty && events.isEmpty && arm == nil && rows.isEmpty
        guard isEmpty, try await store.tally(of: Self.experiment) == Tally(Self.experiment) else {
            return "a new store holds something"
        }
        return nil
    }

    private func checkDefinitions(_ open: Opener) async throws -> String? {
        let store = try await open()
        for name in ["z", "é", "B", "a"] {
            try await store.save(
                StoredExperiment(name: name, definition: "experiment: \(name)"), ExperimentEvent(.defined, at: 1))
        }
        try await store.save(state: ["weights": [1, 0]], of: "z", [])
        try await store.save(
            StoredExperiment(name: "a", definition: "anew", state: ["settled": "x"]), ExperimentEvent(.defined, at: 2))
        let found = try await open().experiments()
        let expected = [
            StoredExperiment(name: "B", definition: "experiment: B"),
            StoredExperiment(name: "a", definition: "anew", state: ["settled": "x"]),
            StoredExperiment(name: "z", definition: "experiment: z", state: ["weights": [1, 0]]),
            StoredExperiment(name: "é", definition: "experiment: é"),
        ]
        return found == expected ? nil : "the experiments were \(found)"
    }

    private func checkEvents(_ open: Opener) async throws -> String? {
        let store = try await open()
        let first = ExperimentEvent(.defined, at: 1.5, by: "anna", note: "version 0")
        let others = ExperimentEvent.Kind.allCases.map { ExperimentEvent($0, at: 1_767_225_600.123, note: "\($0)") }
        try await store.save(StoredExperiment(name: "e", definition: "x"), first)
        try await store.save(StoredExperiment(name: "f", definition: "x"), first)
        try await store.save(state: [:], of: "e", others)
        let (found, other) = (try await open().events(of: "e"), try await open().events(of: "f"))
        return found == [first] + others && other == [first] ? nil : "the events were \(found) and \(other)"
    }

    private func checkFidelity(_ open: Opener) async throws -> String? {
        let name = "Zoë '; DROP TABLE x; --\n因为 \\ \" $1 ? %s"
        let state: JSONValue = ["a": [0.1, 2.5e-300, -1.5e300, 1, true, nil], "\u{0}": .string(name), "z": [:]]
        let event = ExperimentEvent(.stopped, at: 0.1, by: name, note: name)
        try await open().save(StoredExperiment(name: name, definition: name, state: state), event)
        let store = try await open()
        guard try await store.experiments() == [StoredExperiment(name: name, definition: name, state: state)] else {
            return "an experiment came back as something else"
        }
        guard try await store.events(of: name) == [event] else { return "an event came back as something else" }
        _ = try await store.keep(name, of: name, in: name)
        return try await open().arm(of: name, in: name) == name ? nil : "a unit came back as something else"
    }

    // MARK: - Units

    private func checkUnits(_ open: Opener) async throws -> String? {
        let (one, two) = (try await open(), try await open())
        guard try await one.keep("a", of: "u", in: "e") == ("a", true) else { return "a new unit was not kept" }
        guard try await two.keep("b", of: "u", in: "e") == ("a", false) else { return "a unit has got another arm" }
        guard try await two.keep("b", of: "u", in: "f") == ("b", true) else { return "experiments share a unit" }
        try await one.forget("u", in: "e")
        let (gone, other) = (try await two.arm(of: "u", in: "e"), try await two.arm(of: "u", in: "f"))
        guard gone == nil, other == "b" else { return "another unit than was meant is forgotten" }
        return try await two.keep("b", of: "u", in: "e") == ("b", true) ? nil : "a forgotten unit keeps its arm"
    }

    private func checkContention(_ open: @escaping Opener) async throws -> String? {
        let kept = try await withThrowingTaskGroup(of: (arm: String, isNew: Bool).self) { group in
            for index in 0..<20 {
                group.addTask { try await open().keep(index % 3 == 0 ? "a" : "b", of: "u", in: "e") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let arms = Set(kept.map(\.arm))
        let outcomes = try await withThrowingTaskGroup(of: [String: Double].self) { group in
            for index in 0..<20 {
                let outcome = Outcome(arm: "a", values: ["accepted": Double(index % 2), "latency": Double(index)])
                group.addTask { try await open().keep(outcome, of: "u", in: Self.experiment) }
            }
            return try await group.reduce(into: 0) { $0 += $1.count }
        }
        let news = kept.count(where: \.isNew)
        return news == 1 && arms.count == 1 && outcomes == 2
            ? nil : "of 20 at once, \(news) were the first, got \(arms), and \(outcomes) outcomes counted, not 2"
    }

    // MARK: - Outcomes

    private func checkOutcomes(_ open: Opener) async throws -> String? {
        let store = try await open()
        let outcomes: [(String, Outcome?)] = [
            ("u1", Outcome(arm: "a", values: ["accepted": 1, "seconds": 0.1], covariates: ["before": 1 / 3])),
            ("u2", Outcome(arm: "b", values: ["accepted": 0, "error": 1])), ("u3", nil),
            ("u4", Outcome(arm: "gone", values: ["accepted": 1])),
            // What has no value from before does not count, nor does what is measured no more.
            ("u5", Outcome(arm: "b", values: ["seconds": 4, "former": 2])),
        ]
        for (unit, outcome) in outcomes {
            _ = try await store.keep(outcome?.arm ?? "b", of: unit, in: Self.experiment.stickyKey)
            guard let outcome else { continue }
            let new = try await store.keep(outcome, of: unit, in: Self.experiment)
            guard new == outcome.values else { return "of \(outcome.values), \(new) counted" }
        }
        let rows = try await open().rows(of: Self.experiment)
        var expected = Tally(Self.experiment)
        for row in rows { try expected.add(row) }
        let parts = [outcomes[0].1, outcomes[1].1, Outcome(arm: "b", values: [:]), Outcome(arm: "b", values: [:])]
        guard rows.map(\.unit) == ["u1", "u2", "u3", "u5"], rows.map(\.outcome) == parts.compactMap(\.self) else {
            return "the rows were \(rows)"
        }
        guard expected.exposures == [1, 3], try await open().tally(of: Self.experiment) == expected else {
            return "the rows do not add up to the tally"
        }
        return nil
    }

    private func checkRepetition(_ open: Opener) async throws -> String? {
        let store = try await open()
        _ = try await store.keep("a", of: "u", in: Self.experiment.stickyKey)
        let whole = Outcome(arm: "a", values: ["accepted": 1, "seconds": 2.5], covariates: ["before": 3])
        _ = try await store.keep(whole, of: "u", in: Self.experiment)
        let later = Outcome(arm: "a", values: ["accepted": 0, "seconds": 9, "error": 1], covariates: ["before": 1])
        let new = try await open().keep(later, of: "u", in: Self.experiment)
        var expected = whole
        expected.values["error"] = 1
        let rows = try await store.rows(of: Self.experiment)
        return new == ["error": 1] && rows.map(\.outcome) == [expected] ? nil : "a value counted twice: \(new), \(rows)"
    }

    private func checkOrder(_ open: Opener) async throws -> String? {
        let store = try await open()
        // Names that are in no order, and more of them than a store may read at a time.
        let units = (0..<1_200).map { "unit-\(($0 * 7_919) % 1_200)" }
        for unit in units { _ = try await store.keep("a", of: unit, in: Self.experiment.stickyKey) }
        for unit in [units[0], units[999], units[1_000], units[1_199]] {
            _ = try await store.keep(Outcome(arm: "a", values: ["accepted": 1]), of: unit, in: Self.experiment)
        }
        let rows = try await open().rows(of: Self.experiment)
        guard rows.map(\.unit) == units else { return "units came back in another order, or \(rows.count) of 1200" }
        let counted = rows.indices.filter { rows[$0].outcome.values["accepted"] == 1 }
        return counted == [0, 999, 1_000, 1_199] ? nil : "outcomes belong to the units \(counted)"
    }

    private func checkVersions(_ open: Opener) async throws -> String? {
        let store = try await open()
        var next = Self.experiment
        next.version = 1
        for experiment in [Self.experiment, next] {
            _ = try await store.keep("a", of: "u", in: experiment.stickyKey)
            let new = try await store.keep(Outcome(arm: "a", values: ["accepted": 1]), of: "u", in: experiment)
            guard new.count == 1 else { return "a version counts what another has counted" }
        }
        return try await store.rows(of: next).count == 1 ? nil : "versions share units"
    }

    private static let experiment = {
        var experiment = Experiment(
            name: "e", arms: [Arm("a", weight: 0.5), Arm("b", weight: 0.5)],
            metrics: [
                Metric(name: "accepted", kind: .proportion, goal: .increase),
                Metric(name: "seconds", kind: .mean, goal: .decrease, covariate: "before"),
            ])
        experiment.guardrails = [Guardrail(metric: "error", kind: .proportion, goal: .decrease, allowed: 0.01)]
        return experiment
    }()
}
