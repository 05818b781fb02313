// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// What holds for runs that end, wait, are cancelled or removed.
extension RunStoreConformance {
    func checkEndings(_ place: Place) async throws -> String? {
        let failure = RunFailure(code: "a.b", message: "It broke.")
        let pending = PendingAnswer(key: StepKey(rawValue: "go"), question: "Go?", choices: ["yes"], until: .seconds(9))
        let endings: [(RunEnding, RunState, Bool)] = [
            (.succeeded(Self.longText), .succeeded, false), (.failed(failure), .failed, true),
            (.cancelled, .cancelled, false), (.waiting([pending]), .waiting, true),
        ]
        for (ending, state, goesOn) in endings {
            let store = try await place.open()
            let id = try await store.create(Self.source, inputs: [:])
            try await store.open(id).end(ending)
            let run = try await place.open().run(id)
            guard run.summary.state == state, run.summary.endedAt != nil else { return "\(state) is \(run.summary)" }
            guard run.output == (state == .succeeded ? Self.longText : JSONValue?.none),
                run.summary.failure == (state == .failed ? failure : nil),
                run.pending == (state == .waiting ? [pending] : [])
            else { return "a run that is \(state) came back as another" }
            let code = try await Self.code { await (try place.open().open(id)).leave() }
            guard code == (goesOn ? nil : .runHasEnded) else {
                return "opening a run that is \(state) gave \(code as Any)"
            }
            guard goesOn else { continue }
            let again = try await place.open().run(id).summary
            guard again.state == .interrupted, again.failure == nil, again.endedAt == nil else {
                return "a run that is resumed is still \(again)"
            }
        }
        return nil
    }

    func checkCancellation(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let queued = try await store.create(Self.source, inputs: [:])
        guard try await store.cancel(queued) == .cancelled else { return "a run that nobody has was not cancelled" }
        let running = try await store.create(Self.source, inputs: [:])
        let session = try await place.open().open(running)
        guard try await !session.isCancellationRequested() else { return "a run is to end that nobody wants to end" }
        guard try await store.cancel(running) == .running else { return "a run that somebody has was ended" }
        guard try await session.isCancellationRequested() else { return "who has the run was not asked to end it" }
        try await session.end(.cancelled)
        for id in [queued, running] {
            guard try await place.open().run(id).summary.state == .cancelled else { return "a run is not cancelled" }
            let codes = [
                try await Self.code { _ = try await store.cancel(id) },
                try await Self.code { _ = try await store.open(id) },
            ]
            guard codes == [.runHasEnded, .runHasEnded] else { return "a cancelled run can go on" }
        }
        return nil
    }

    func checkAnswers(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let id = try await store.create(Self.source, inputs: [:])
        let (go, name) = (StepKey(rawValue: "go"), StepKey(rawValue: "name"))
        let first = try await store.open(id)
        try await first.record(Self.outcome(1), of: Self.call("a"), took: .zero)
        try await first.end(
            .waiting([
                PendingAnswer(key: go, question: "Go?", choices: ["yes", "no"]),
                PendingAnswer(key: name, question: "Who?"),
            ]))
        for (key, value) in [(go, "perhaps"), (StepKey(rawValue: "other"), "yes")]
        where try await Self.code({ try await store.answer(.string(value), to: key, of: id) }) != .notWaiting {
            return "'\(value)' was taken for an answer to '\(key.rawValue)'"
        }
        let session = try await store.open(id)
        let busy = try await Self.code { try await place.open().answer("yes", to: go, of: id) }
        await session.leave()
        guard busy == .runIsBusy else { return "a run was answered while somebody had it: \(busy as Any)" }
        try await store.answer("yes", to: go, of: id)
        guard try await place.open().run(id).pending.map(\.key) == [name] else { return "it waits for what it has" }
        guard try await Self.code({ try await store.answer("no", to: go, of: id) }) == .notWaiting else {
            return "a question was answered twice"
        }
        try await store.answer(Self.longText, to: name, of: id)
        let next = try await store.open(id)
        let outcomes = [try await next.outcome(of: Self.waiting(go)), try await next.outcome(of: Self.waiting(name))]
        guard outcomes == [.answer("yes"), .answer(Self.longText)] else { return "an answer came back as another" }
        try await next.record(Self.outcome(2), of: Self.call("b"), took: .zero)
        try await next.end(.succeeded(1))
        return try await store.steps(of: id, from: 0, limit: 9).map(\.position) == [0, 1, 2, 3]
            ? nil : "positions are wrong"
    }

    private static func waiting(_ key: StepKey) -> StepCall { StepCall(key, uses: "wait_for", effect: .outside) }

    // MARK: - Pruning

    func checkPruning(_ place: Place) async throws -> String? {
        let store = try await place.open()
        var ids: [String] = []
        for number in 0..<6 {
            try await place.pass(.seconds(100))
            ids.append(try await store.create(Self.source, inputs: ["text": number < 3 ? Self.longText : "short"]))
            if number < 4 { try await store.open(ids[number]).end(.succeeded("x")) }
        }
        // The fifth failed, and the sixth can still go on.
        try await store.open(ids[4]).end(.failed(RunFailure(code: "a.b", message: "c")))
        var removed: [[Int]] = []
        for policy in [
            RetentionPolicy(), RetentionPolicy(maximumAge: .seconds(450)), RetentionPolicy(maximumCount: 2),
            RetentionPolicy(maximumBytes: 1),
        ] {
            let report = try await place.open().prune(policy)
            guard report.bytes > 0 else { return "the storage takes no room" }
            removed.append([report.removedRuns, report.removedValues])
        }
        guard removed == [[0, 0], [1, 0], [2, 1], [2, 0]] else { return "runs and values removed were \(removed)" }
        guard try await store.runs(RunFilter()).map(\.id) == [ids[5]] else { return "a run that can go on was removed" }
        return try await store.steps(of: ids[0], from: 0, limit: 9).isEmpty ? nil : "steps outlived their run"
    }

    /// Values are stored and removed at once: none may be missing where it is referred to.
    func checkKeptValues(_ place: Place) async throws -> String? {
        let kept = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let store = try await place.open()
                    for _ in 0..<15 { _ = try await store.prune(RetentionPolicy(maximumCount: 0)) }
                    return []
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    let store = try await place.open()
                    var ids: [String] = []
                    for number in 0..<20 {
                        // The same text again and again, whose last run may just be going.
                        let id = try await store.create(Self.source, inputs: ["text": Self.longText])
                        let session = try await store.open(id)
                        try await session.record(
                            .finished(outputs: ["text": Self.longText], usage: nil), of: Self.call("a"), took: .zero)
                        if number % 2 == 0 {
                            await session.leave()
                        } else {
                            try await session.end(.succeeded(Self.longText))
                        }
                        if number % 2 == 0 { ids.append(id) }
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for id in kept {
            let store = try await place.open()
            guard try await store.run(id).inputs == ["text": Self.longText],
                try await store.steps(of: id, from: 0, limit: 9).map(\.outcome)
                    == [.finished(outputs: ["text": Self.longText], usage: nil)]
            else { return "a value of a run that can go on was removed" }
        }
        return nil
    }
}
