// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// What holds for steps that are recorded, and for who may record them.
extension RunStoreConformance {
    private static let outcomes: [StepOutcome] = [
        .finished(outputs: [:], usage: nil),
        .finished(
            outputs: ["text": "你好\u{0} \"x\"", "count": 3, "share": 2.0, "none": nil, "list": [1, [true]]], usage: nil),
        .finished(
            outputs: ["text": Self.longText],
            usage: TokenUsage(promptTokens: 7, completionTokens: 9, cachedPromptTokens: 5)),
        .failed(code: "llm.unavailable", message: "The server does not answer."), .failed(code: "", message: ""),
    ]

    func checkOutcomes(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let id = try await store.create(Self.source, inputs: [:])
        let session = try await store.open(id)
        let calls = Self.outcomes.indices.map { Self.call("pages[\($0)].ask") }
        for (call, outcome) in zip(calls, Self.outcomes) {
            guard try await session.outcome(of: call) == nil else { return "a step has an outcome before its end" }
            try await session.record(outcome, of: call, took: .milliseconds(12))
            guard try await session.outcome(of: call) == outcome else { return "\(outcome) came back as another" }
        }
        let steps = try await place.open().steps(of: id, from: 0, limit: 10)
        guard steps.map(\.call) == calls, steps.map(\.outcome) == Self.outcomes,
            steps.map(\.position) == Array(calls.indices), steps.allSatisfy({ $0.duration == .milliseconds(12) })
        else { return "recorded steps came back as others" }
        await session.leave()
        let next = try await place.open().open(id)
        for (call, outcome) in zip(calls, Self.outcomes) where try await next.outcome(of: call) != outcome {
            return "the next session does not know a step"
        }
        return nil
    }

    func checkOnce(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let session = try await store.open(store.create(Self.source, inputs: [:]))
        try await session.record(Self.outcome(1), of: Self.call("a"), took: .zero)
        for outcome in [Self.outcome(2), Self.outcome(1)]
        where await !Self.fails({ try await session.record(outcome, of: Self.call("a"), took: .zero) }) {
            return "a step was recorded twice"
        }
        guard try await session.outcome(of: Self.call("a")) == Self.outcome(1) else { return "an outcome changed" }
        try await session.record(Self.outcome(3), of: Self.call("b"), took: .zero)
        try await session.end(.succeeded(nil))
        return try await store.run(session.runID).summary.stepCount == 2 ? nil : "steps were not counted"
    }

    func checkCancelledTask(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let session = try await store.open(store.create(Self.source, inputs: [:]))
        let task = Task {  // ends with the check
            withUnsafeCurrentTask { $0?.cancel() }
            try await session.record(Self.outcome(1), of: Self.call("a"), took: .zero)
            try await session.end(.succeeded(1))
        }
        try await task.value
        let run = try await place.open().run(session.runID).summary
        return run.stepCount == 1 && run.state == .succeeded ? nil : "a cancelled task recorded nothing"
    }

    func checkOrder(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let id = try await store.create(Self.source, inputs: [:])
        let session = try await store.open(id)
        let count = 120
        // Some at once, as loops do it.
        for start in stride(from: 0, to: count, by: 4) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in start..<start + 4 {
                    group.addTask {
                        try await session.record(Self.outcome(number), of: Self.call("s[\(number)]"), took: .zero)
                    }
                }
                try await group.waitForAll()
            }
        }
        let all = try await place.open().allSteps(of: id)
        guard all.map(\.position) == Array(0..<count), Set(all.map(\.call)).count == count else {
            return "\(all.count) of \(count) steps came back, or in another order"
        }
        let middle = try await place.open().steps(of: id, from: 60, limit: 2)
        guard middle == Array(all[60..<62]) else { return "a part of the steps is another" }
        return try await store.run(id).summary.stepCount == count ? nil : "steps were not counted"
    }

    func checkExclusion(_ place: Place) async throws -> String? {
        let store = try await place.open()
        let id = try await store.create(Self.source, inputs: [:])
        let first = try await store.open(id)
        for other in [store, try await place.open()]
        where try await Self.code({ _ = try await other.open(id) }) != .runIsBusy {
            return "a run was opened by two at once"
        }
        guard try await place.open().run(id).summary.state == .running else { return "an opened run is not running" }
        try await first.record(Self.outcome(1), of: Self.call("a"), took: .zero)
        await first.leave()
        let left = try await place.open().run(id).summary
        guard left.state == .interrupted, left.attempts == 1, left.startedAt != nil else {
            return "a run that was left is \(left.state) after \(left.attempts) attempts"
        }
        let second = try await place.open().open(id)
        guard try await second.outcome(of: Self.call("a")) == Self.outcome(1) else { return "a step is forgotten" }
        try await second.record(Self.outcome(2), of: Self.call("b"), took: .zero)
        try await second.end(.succeeded("x"))
        let run = try await place.open().run(id)
        guard run.summary.state == .succeeded, run.summary.attempts == 2, run.output == "x" else {
            return "a run that was ended is \(run.summary.state) after \(run.summary.attempts) attempts"
        }
        return try await store.steps(of: id, from: 0, limit: 9).map(\.position) == [0, 1] ? nil : "positions are wrong"
    }

    func checkContention(_ place: Place) async throws -> String? {
        let id = try await place.open().create(Self.source, inputs: [:])
        let sessions = try await withThrowingTaskGroup(of: (any RunSession)?.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let store = try await place.open()
                    do { return try await store.open(id) } catch let error as PipelineError
                        where error.code == .runIsBusy
                    { return nil }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }.compactMap(\.self)
        let attempts = try await place.open().run(id).summary.attempts
        for session in sessions { await session.leave() }
        return sessions.count == 1 && attempts == 1 ? nil : "\(sessions.count) of 6 got a run, in \(attempts) attempts"
    }

    func checkLostRun(_ place: Place) async throws -> String? {
        guard let hold = place.hold else { return nil }
        let store = try await place.open()
        let id = try await store.create(Self.source, inputs: [:])
        let old = try await store.open(id)
        try await old.record(Self.outcome(1), of: Self.call("a"), took: .zero)
        try await place.pass(hold + .seconds(1))
        guard try await place.open().run(id).summary.state == .interrupted else {
            return "a silent process has its run"
        }
        let new = try await place.open().open(id)
        guard try await new.outcome(of: Self.call("a")) == Self.outcome(1) else { return "a step is forgotten" }
        let refusals = [
            try await Self.code { try await old.record(Self.outcome(2), of: Self.call("b"), took: .zero) },
            try await Self.code { _ = try await old.isCancellationRequested() },
            try await Self.code { try await old.end(.succeeded("old")) },
        ]
        await old.leave()
        guard refusals == [.leaseLost, .leaseLost, .leaseLost] else { return "a lost session was answered \(refusals)" }
        guard try await Self.code({ _ = try await place.open().open(id) }) == .runIsBusy else {
            return "a lost session let go what another has"
        }
        try await new.record(Self.outcome(3), of: Self.call("b"), took: .zero)
        try await new.end(.succeeded("new"))
        let steps = try await store.steps(of: id, from: 0, limit: 9).map(\.outcome)
        guard steps == [Self.outcome(1), Self.outcome(3)] else { return "the steps are \(steps)" }
        return try await store.run(id).output == "new" ? nil : "a lost session ended the run"
    }
}
