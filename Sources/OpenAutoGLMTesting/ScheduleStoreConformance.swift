// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines

/// What every ``ScheduleStore`` must do together with the runs and the queue that it feeds, as checks that any store's tests can run.
public struct ScheduleStoreConformance: Sendable {
    /// A place that several processes keep schedules, runs and a queue in, opened as each of them would.
    public typealias Opener =
        @Sendable () async throws -> (schedules: any ScheduleStore, runs: any RunStore, queue: any RunQueue)

    private let makePlace: @Sendable () async throws -> Opener

    /// Prepares the checks.
    ///
    /// - Parameter makePlace: Makes an empty place, and gives what opens it, which is called several times.
    public init(makePlace: @escaping @Sendable () async throws -> Opener) { self.makePlace = makePlace }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the store breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        await ConformanceChecks(
            [
                ("fidelity", self.checkFidelity), ("due", self.checkDue), ("beginning", self.checkBeginning),
                ("beginning at once", self.checkContention), ("replacing", self.checkReplacement),
                ("removing", self.checkRemoval),
            ], of: self.makePlace
        ).failures()
    }

    // MARK: - Checks

    private func checkFidelity(_ open: Opener) async throws -> String? {
        let store = try await open().schedules
        let inputs: [String: JSONValue] = ["text": RunStoreConformance.longText, "odd": "\u{0}'"]
        let timings: [RunSchedule.Timing] = [
            .every(seconds: 100), .cron(try CronExpression("*/10 9 1-20 * *"), zone: "Europe/Berlin"),
        ]
        var added: [StoredSchedule] = []
        for (number, timing) in timings.enumerated() {
            let schedule = try RunSchedule(timing, missed: .skip, inputs: inputs)
            added.append(Self.schedule("s\(number)", schedule, tenant: "t", priority: -2, after: 1_790_000_000))
            try await store.add(added[number])
        }
        let found = try await open().schedules.schedules()
        guard found.map(\.name) == added.sorted(by: { $0.next ?? 0 < $1.next ?? 0 }).map(\.name) else {
            return "the schedules are \(found.map(\.name))"
        }
        for schedule in added {
            guard let same = found.first(where: { $0.name == schedule.name }), same.source == schedule.source,
                same.schedule == schedule.schedule, same.tenant == "t", same.priority == -2, same.next == schedule.next
            else { return "'\(schedule.name)' came back as another" }
        }
        return nil
    }

    private func checkDue(_ open: Opener) async throws -> String? {
        let store = try await open().schedules
        for (name, seconds) in [("late", 300), ("soon", 100), ("sooner", 50)] {
            try await store.add(Self.schedule(name, try RunSchedule(.every(seconds: seconds)), after: 1_000))
        }
        let due = [
            try await store.due(at: 1_049), try await store.due(at: 1_050), try await open().schedules.due(at: 1_100),
        ].map { $0.map(\.name) }
        return due == [[], ["sooner"], ["sooner", "soon"]] ? nil : "due were \(due)"
    }

    private func checkBeginning(_ open: Opener) async throws -> String? {
        let place = try await open()
        let schedule = try RunSchedule(.every(seconds: 100), inputs: ["text": RunStoreConformance.longText])
        try await place.schedules.add(Self.schedule("a", schedule, tenant: "t", priority: 3, after: 1_000))
        guard try await place.schedules.begin("a", waitingFor: 900, for: 900, following: 1_000) == nil,
            try await place.schedules.begin("b", waitingFor: 1_100, for: 1_100, following: 1_200) == nil
        else { return "a run began for a time that no schedule waits for" }
        guard let run = try await place.schedules.begin("a", waitingFor: 1_100, for: 1_100, following: 1_200) else {
            return "no run began"
        }
        guard try await open().schedules.begin("a", waitingFor: 1_200, for: nil, following: 1_300) == nil else {
            return "a run began for no time"
        }
        let found = try await open()
        let stored = try await found.runs.run(run)
        guard stored.source == RunStoreConformance.source, stored.inputs == schedule.inputs,
            stored.summary.state == .queued
        else { return "the run is not what the schedule says" }
        let tickets = try await found.queue.entries(limit: 9).map(\.ticket)
        guard tickets == [RunTicket(run, tenant: "t", priority: 3)] else { return "in line are \(tickets)" }
        return try await found.schedules.schedules().map(\.next) == [1_300] ? nil : "the schedule did not move on"
    }

    private func checkContention(_ open: @escaping Opener) async throws -> String? {
        for name in ["a", "b"] {
            try await open().schedules.add(Self.schedule(name, try RunSchedule(.every(seconds: 100)), after: 1_000))
        }
        let begun = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let store = try await open().schedules
                    var runs: [String] = []
                    for moment in stride(from: 1_100, through: 1_500, by: 100) {
                        for name in ["a", "b"] {
                            let run = try await store.begin(
                                name, waitingFor: moment, for: moment, following: moment + 100)
                            if let run { runs.append(run) }
                        }
                    }
                    return runs
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let place = try await open()
        let (runs, line) = (try await place.runs.runs(RunFilter()), try await place.queue.entries(limit: 99))
        let counts = [begun.count, Set(begun).count, runs.count, line.count]
        return counts == [10, 10, 10, 10]
            ? nil : "of 10 times began, were different, are stored, are in line: \(counts)"
    }

    private func checkReplacement(_ open: Opener) async throws -> String? {
        let place = try await open()
        try await place.schedules.add(Self.schedule("a", try RunSchedule(.every(seconds: 100)), after: 1_000))
        guard try await place.schedules.begin("a", waitingFor: 1_100, for: 1_100, following: 1_200) != nil else {
            return "no run began"
        }
        // Stored anew, it waits once more for a time that has its run.
        var anew = Self.schedule("a", try RunSchedule(.every(seconds: 100)), after: 1_099)
        anew.source.text = "pipeline: other\n"
        try await place.schedules.add(anew)
        guard try await place.schedules.begin("a", waitingFor: 1_100, for: 1_100, following: 1_200) == nil else {
            return "a time has two runs"
        }
        guard let run = try await place.schedules.begin("a", waitingFor: 1_200, for: 1_200, following: 1_300) else {
            return "a schedule that was stored anew began nothing"
        }
        return try await open().runs.run(run).source.text == anew.source.text ? nil : "the run has the old text"
    }

    private func checkRemoval(_ open: Opener) async throws -> String? {
        let place = try await open()
        let schedule = try RunSchedule(.every(seconds: 100), inputs: ["text": RunStoreConformance.longText])
        try await place.schedules.add(Self.schedule("a", schedule, after: 1_000))
        guard try await place.runs.prune(RetentionPolicy(maximumCount: 0)).removedValues == 0,
            try await open().schedules.schedules().first?.schedule.inputs == schedule.inputs
        else { return "pruning removed what a schedule needs" }
        guard try await place.schedules.remove("a"), try await !open().schedules.remove("a") else {
            return "a schedule was not removed, or twice"
        }
        guard try await place.schedules.begin("a", waitingFor: 1_100, for: 1_100, following: 1_200) == nil else {
            return "a removed schedule began a run"
        }
        let removed = try await place.runs.prune(RetentionPolicy(maximumCount: 0)).removedValues
        return removed == 2 ? nil : "\(removed) of 2 values were removed with the schedule that had them"
    }

    private static func schedule(
        _ name: String, _ schedule: RunSchedule, tenant: String = "default", priority: Int = 0, after moment: Int
    ) -> StoredSchedule {
        StoredSchedule(
            name, RunStoreConformance.source, schedule, tenant: tenant, priority: priority, after: moment)
    }
}
