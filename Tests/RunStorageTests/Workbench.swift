// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Synchronization

/// A store in a folder, pipelines of steps that count themselves, and what runs them.
struct Workbench {
    let folder: TemporaryFolder
    let counter = StepCounter()

    init() throws { self.folder = try TemporaryFolder() }

    static let counting = """
        pipeline: counting
        steps:
          - {id: a, uses: count, with: {name: one}}
          - {id: b, uses: count, with: {name: two}}
          - {id: c, uses: count, with: {name: three}}
          - {id: d, uses: count, with: {name: four}}
        output: ["${a.name}", "${b.name}", "${c.name}", "${d.name}"]
        """

    static let asking = """
        pipeline: asking
        steps:
          - id: go
            wait_for: May one go?
            choices: ["yes", "no"]
        output: "${go.answer}"
        """

    var registry: StepRegistry { StepRegistry([CountingStep(counter: self.counter)]) }

    static func source(_ text: String) -> PipelineSource {
        PipelineSource(name: "counting", version: "1.0.0", file: "counting.yaml", text: text)
    }

    func store() throws -> SQLiteRunStore { try self.folder.store() }

    func begin(_ text: String = Self.counting) async throws -> String {
        try await self.store().create(Self.source(text), inputs: [:])
    }

    func runner() throws -> StoredRunner {
        StoredRunner(
            store: try self.store(), runner: PipelineRunner(model: ScriptedModel(replies: [])), registry: self.registry)
    }
}

/// Counts what steps have done, and stops them where it is told.
final class StepCounter: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var failure: Int?
        var hold: Int?
        var error: any Error = CancellationError()
    }

    private let state = Mutex(State())
    private let holding = AsyncStream<Void>.makeStream()

    /// Returns when a step waits.
    func untilHeld() async { for await _ in self.holding.stream { return } }

    /// Waits where ``hold`` says so.
    func pass() async throws {
        guard self.state.withLock({ $0.counts.count == $0.hold }) else { return }
        self.holding.continuation.yield()
        for await _ in AsyncStream<Never>.makeStream().stream {}
        try Task.checkCancellation()
    }

    /// How often each name was counted.
    var counts: [String: Int] { self.state.withLock { $0.counts } }

    /// After how many counts the next step waits until it is cancelled; nil for never.
    var hold: Int? {
        get { self.state.withLock { $0.hold } }
        set { self.state.withLock { $0.hold = newValue } }
    }

    /// After how many counts the next step stops; nil for never.
    var failure: Int? {
        get { self.state.withLock { $0.failure } }
        set { self.state.withLock { $0.failure = newValue } }
    }

    /// What it stops with.
    var error: any Error {
        get { self.state.withLock { $0.error } }
        set { self.state.withLock { $0.error = newValue } }
    }

    func count(_ name: String) throws {
        try self.state.withLock { state in
            if state.counts.count == state.failure { throw state.error }
            state.counts[name, default: 0] += 1
        }
    }
}

/// A step that has an effect which can be counted.
struct CountingStep: PipelineStep {
    let counter: StepCounter
    var effect = StepEffect.outside
    var ending = ""

    var definition: StepDefinition {
        StepDefinition(
            name: "count", summary: "Counts.",
            inputs: [StepPort("name", .string, "What is counted.", isRequired: true)],
            outputs: [StepPort("name", .string, "The same.")], effect: self.effect)
    }

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let name = try inputs.requiredString("name")
        try await self.counter.pass()
        try self.counter.count(name)
        return ["name": .string(name + self.ending)]
    }
}
