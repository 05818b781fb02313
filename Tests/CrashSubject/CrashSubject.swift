// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage

/// A program to be killed: runs stored runs whose steps leave traces in a file.
///
/// Usage: `CrashSubject begin|enqueue STORE`, which print a run's name; `CrashSubject run STORE EFFECTS RUN`, `CrashSubject
/// work STORE EFFECTS`, which end when the run has ended, or when nothing is in line.
@main
enum CrashSubject {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2, let command = arguments.first else { exit(64) }
        let file = try StorageFile(path: arguments[2])
        let store = SQLiteRunStore(file)
        let queue = SQLiteRunQueue(file)
        let effects = arguments.count > 2 ? arguments[3] : ""
        let runner = StoredRunner(
            store: store, runner: PipelineRunner(model: ScriptedModel(replies: [])),
            registry: StepRegistry([AppendStep(path: effects)]))
        switch command {
        case "begin": print(try await store.create(Self.source, inputs: [:]))
        case "enqueue":
            let id = try await store.create(Self.source, inputs: [:])
            try await queue.enqueue(RunTicket(id))
            print(id)
        case "run": _ = try await runner.run(arguments[4])
        default:
            let settings = RunWorker.Settings(
                name: "\(getpid())", concurrency: 2, lease: .milliseconds(600), poll: .milliseconds(20),
                maximumDeliveries: 1000)
            await RunWorker(queue: queue, runner: runner, settings: settings).run(untilEmpty: true)
        }
    }

    private static let source = PipelineSource(
        name: "crash", version: "1.0.0", file: "crash.yaml",
        text: """
            pipeline: crash
            steps:
              - {id: first, uses: append, with: {text: first}}
              - id: pages
                for_each: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
                concurrency: 3
                steps:
                  - {id: ask, uses: append, with: {text: "page ${item}"}}
                  - {id: keep, uses: append, with: {text: "kept ${ask.text}"}}
              - {id: last, uses: append, with: {text: last}}
            output: "${last.text}"
            """)
}

/// A step with an effect outside: appends its idempotency key and its name to a file, all at once.
struct AppendStep: PipelineStep {
    let path: String

    var definition: StepDefinition {
        StepDefinition(
            name: "append", summary: "Leaves a trace.",
            inputs: [StepPort("text", .string, "What is given back.", isRequired: true)],
            outputs: [StepPort("text", .string, "The same.")], effect: .outside)
    }

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        await self.work()
        let line = Array("\(context.idempotencyKey) \(context.runID) \(context.key.rawValue)\n".utf8)
        let descriptor = open(self.path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        defer { close(descriptor) }
        guard write(descriptor, line, line.count) == line.count else {
            throw PipelineError(.unreadableFile, "Cannot write '\(self.path)'.")
        }
        await self.work()
        return ["text": .string(try inputs.requiredString("text"))]
    }

    /// Takes up to a millisecond, before the effect and after it, so that kills find every moment.
    private func work() async {
        let end = ContinuousClock.now + .microseconds(.random(in: 0...1000))
        while ContinuousClock.now < end { await Task.yield() }
    }
}
