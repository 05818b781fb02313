// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Synchronization

/// What the test's steps did, from any task.
final class Deeds: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { self.state.withLock { $0 } }
    func add(_ deed: String) -> Int {
        self.state.withLock { deeds in
            deeds.append(deed)
            return deeds.count { $0 == deed }
        }
    }
}

/// Gives what it is given, notes that it ran, and fails as often as it is told.
struct NoteStep: PipelineStep {
    let deeds: Deeds
    /// What runs inside the step, given its `value`.
    var body: @Sendable (JSONValue) async throws -> Void = { _ in }
    let definition = StepDefinition(
        name: "note", summary: "Gives what it is given.",
        inputs: [
            StepPort("value", .any, "Anything."), StepPort("text", .string, "A text."),
            StepPort("failures", .integer, "How often it fails first."),
        ], outputs: [StepPort("value", .any, "The same."), StepPort("number", .integer, "A number.")], effect: .pure)

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let count = self.deeds.add(context.key.rawValue)
        if count <= inputs["failures"]?.integerValue ?? 0 { throw LLMError(.overloaded, "Too much.") }
        try await self.body(inputs["value"] ?? .null)
        return ["value": inputs["value"] ?? .null, "number": .integer(count)]
    }
}

/// A journal in memory; a copy of its first entries stands for a run that was killed.
final class MemoryJournal: RunJournal {
    let runID = "run-1"
    private let state: Mutex<[(step: StepCall, outcome: StepOutcome)]>

    init(_ entries: some Sequence<(step: StepCall, outcome: StepOutcome)> = []) { self.state = Mutex(Array(entries)) }

    var entries: [(step: StepCall, outcome: StepOutcome)] { self.state.withLock { $0 } }

    func outcome(of step: StepCall) async throws -> StepOutcome? {
        self.state.withLock { $0.first { $0.step.key == step.key }?.outcome }
    }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        self.state.withLock { $0.append((step, outcome)) }
    }

    func answer(_ key: StepKey, _ value: JSONValue) {
        let step = StepCall(key, uses: "wait_for", effect: .outside)
        self.state.withLock { $0.append((step, .answer(value))) }
    }
}

/// Runs pipelines of `note` steps.
struct TestRun {
    var deeds = Deeds()
    var runner = PipelineRunner(model: ScriptedModel(), clock: ManualClock(), now: { .zero }, chance: { 0 })
    var body: @Sendable (JSONValue) async throws -> Void = { _ in }
    var log = EventLog()

    var registry: StepRegistry { StepRegistry([NoteStep(deeds: self.deeds, body: self.body), OutputStep()]) }

    func pipeline(_ steps: String, output: String, files: [String: String] = [:]) throws -> Pipeline {
        try Pipeline(
            yaml: "pipeline: p\ninputs: {x: {type: any, default: 1}}\nsteps:\n\(steps)\noutput: \(output)",
            file: "p.yaml", registry: self.registry, include: { files[$0] })
    }

    func run(
        _ pipeline: Pipeline, inputs: [String: JSONValue] = [:], journal: (any RunJournal)? = nil
    ) async throws -> JSONValue {
        try await self.runner.run(pipeline, inputs: inputs, journal: journal) { self.log.observe($0) }.output
    }

    /// What a run waits for; nil if it comes to its end.
    func suspension(of pipeline: Pipeline, _ journal: MemoryJournal) async throws -> RunSuspension? {
        do {
            _ = try await self.run(pipeline, journal: journal)
            return nil
        } catch let suspension as RunSuspension { return suspension }
    }
}
