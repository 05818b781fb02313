// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines

/// What every ``RunStore`` must do, as checks that any store's tests can run.
///
/// ```swift
/// let conformance = RunStoreConformance {
///     let file = try File()
///     return .init(open: { Store(file, now: clock.now) }, pass: { clock.advance(by: $0) })
/// }
/// #expect(await conformance.failures() == [])
/// ```
public struct RunStoreConformance: Sendable {
    /// A place that several processes keep runs in.
    public struct Place: Sendable {
        let open: @Sendable () async throws -> any RunStore
        let pass: @Sendable (Duration) async throws -> Void
        let hold: Duration?

        /// Describes a place.
        ///
        /// - Parameters:
        ///   - open: Opens the store there, as each process would; called several times.
        ///   - pass: Lets time pass for the store: moves its clock, or waits.
        ///   - hold: After how long without a sign of life a process loses its run; nil where the system notices its end.
        public init(
            open: @escaping @Sendable () async throws -> any RunStore,
            pass: @escaping @Sendable (Duration) async throws -> Void, hold: Duration? = nil
        ) {
            self.open = open
            self.pass = pass
            self.hold = hold
        }
    }

    private let makePlace: @Sendable () async throws -> Place

    /// Prepares the checks.
    ///
    /// - Parameter makePlace: Makes a place with no runs in it.
    public init(makePlace: @escaping @Sendable () async throws -> Place) { self.makePlace = makePlace }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the store breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        await ConformanceChecks(
            [
                ("whole runs", self.checkFidelity), ("names", self.checkNames), ("listing", self.checkListing),
                ("occasions", self.checkOccasions), ("outcomes", self.checkOutcomes),
                ("recording once", self.checkOnce),
                ("cancelled tasks", self.checkCancelledTask), ("order", self.checkOrder),
                ("one at a time", self.checkExclusion), ("contention", self.checkContention),
                ("endings", self.checkEndings), ("lost runs", self.checkLostRun),
                ("cancelling", self.checkCancellation), ("answers", self.checkAnswers),
                ("pruning", self.checkPruning), ("what pruning keeps", self.checkKeptValues),
            ], of: self.makePlace
        ).failures()
    }

    // MARK: - Runs

    private func checkFidelity(_ place: Place) async throws -> String? {
        let inputs: [String: JSONValue] = ["text": Self.longText, "odd": "你好\u{0} \"x\" '; --", "n": 2.5, "none": nil]
        let id = try await place.open().create(Self.source, inputs: inputs)
        let run = try await place.open().run(id)
        guard run.source == Self.source, run.inputs == inputs else { return "a run came back as another" }
        guard run.summary.id == id, run.summary.state == .queued, run.summary.attempts == 0, run.output == nil,
            run.pending.isEmpty, run.summary.startedAt == nil, run.summary.endedAt == nil
        else { return "a run that has not begun says otherwise: \(run.summary)" }
        let other = try await place.open().create(Self.source, inputs: [:])
        let hash = try await place.open().run(other).contentHash
        return hash == run.contentHash && hash.utf8.count == 64 ? nil : "equal pipelines have different hashes"
    }

    private func checkNames(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let first = try await store.create(Self.source, inputs: [:])
        guard try await store.run(String(first.prefix(12))).summary.id == first else {
            return "a run is not found by its beginning"
        }
        let second = try await store.create(Self.source, inputs: [:])
        let common = zip(first, second).prefix { $0 == $1 }.map { String($0.0) }.joined()
        for name in [common, "", "nothing", "\(first)x"]
        where try await Self.code({ _ = try await store.run(name) }) != .unknownRun {
            return "'\(name)' names a run, where there are '\(first)' and '\(second)'"
        }
        let refusals = [
            try await Self.code { _ = try await store.open("nothing") },
            try await Self.code { _ = try await store.cancel("nothing") },
            try await Self.code { try await store.answer(1, to: StepKey(rawValue: "a"), of: "nothing") },
        ]
        guard refusals == [.unknownRun, .unknownRun, .unknownRun] else { return "there is a run that there is not" }
        return try await store.steps(of: "nothing", from: 0, limit: 9).isEmpty ? nil : "no run has steps"
    }

    private func checkListing(_ place: Place) async throws -> String? {
        let store = try await place.open()
        var ids: [String] = []
        for name in ["a", "b", "a", "b", "a"] {
            var source = Self.source
            source.name = name
            ids.append(try await store.create(source, inputs: [:]))
        }
        try await store.open(ids[0]).end(.succeeded(1))
        let running = try await store.open(ids[1])
        try await store.open(ids[2]).end(.failed(RunFailure(code: "a.b", message: "c")))
        func list(_ filter: RunFilter) async throws -> [Int] {
            try await place.open().runs(filter).compactMap { ids.firstIndex(of: $0.id) }
        }
        let found = [
            try await list(RunFilter()), try await list(RunFilter(pipeline: "a")), try await list(RunFilter(limit: 2)),
            try await list(RunFilter(states: [.queued], limit: 1)), try await list(RunFilter(states: [.running])),
            try await list(RunFilter(states: [.failed, .succeeded])), try await list(RunFilter(states: [.waiting])),
        ]
        await running.leave()
        let expected = [[4, 3, 2, 1, 0], [4, 2, 0], [4, 3], [4], [1], [2, 0], []]
        return found == expected ? nil : "the lists were \(found), not \(expected)"
    }

    private func checkOccasions(_ place: Place) async throws -> String? {
        let occasion = RunOccasion(trigger: "t", event: "1")
        let made = try await withThrowingTaskGroup(of: (run: String, isNew: Bool).self) { group in
            for _ in 0..<6 {
                group.addTask { try await place.open().create(Self.source, inputs: [:], for: occasion) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let id = made[0].run
        guard made.allSatisfy({ $0.run == id }), made.count(where: \.isNew) == 1 else {
            return "an event has \(Set(made.map(\.run)).count) runs, \(made.count(where: \.isNew)) of them new"
        }
        try await place.open().open(id).end(.succeeded(nil))
        let again = try await place.open().create(Self.source, inputs: [:], for: occasion)
        guard again.run == id, !again.isNew else { return "an event whose run has ended got another" }
        for other in [RunOccasion(trigger: "t", event: "2"), RunOccasion(trigger: "u", event: "1")]
        where try await !place.open().create(Self.source, inputs: [:], for: other).isNew {
            return "events of another name or trigger share a run"
        }
        return nil
    }

    // MARK: - Parts

    static let source = PipelineSource(
        name: "capital", version: "1.2.0", file: "capital.yaml", text: "pipeline: capital\n",
        included: ["more.yaml": "pipeline: more\n"], baseFolder: "examples")

    static let longText = JSONValue.string(String(repeating: "long ", count: 10_000))

    static func call(_ key: String) -> StepCall { StepCall(StepKey(rawValue: key), uses: "generate", effect: .model) }

    static func outcome(_ number: Int) -> StepOutcome { .finished(outputs: ["n": .integer(number)], usage: nil) }

    /// The code of the error of a pipeline that some work fails with; nil where it does not fail.
    static func code(_ work: () async throws -> Void) async throws -> PipelineError.Code? {
        do {
            try await work()
            return nil
        } catch let error as PipelineError { return error.code }
    }

    /// Whether some work fails.
    static func fails(_ work: () async throws -> Void) async -> Bool {
        do {
            try await work()
            return false
        } catch { return true }
    }
}
