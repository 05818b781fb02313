// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import NATSMessaging
import OpenAutoGLMTesting
import PipelineSteps
import Pipelines
import PostgresRuns
import RunStorage

/// A program to be killed: runs stored runs whose steps leave traces in a file.
///
/// Usage: `CrashSubject FILE|postgresql://… EFFECTS [RUN | nats://…]`; without a run it is a worker, which ends when nothing is in line: in the
/// store, or in the JetStream of a server. Its `file` steps may write in the folder of the traces, which they call `out`.
@main
enum CrashSubject {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { exit(64) }
        let (store, stored) = try Self.open(arguments[1])
        var access = StepAccess()
        let folder = URL(fileURLWithPath: arguments[2]).deletingLastPathComponent().path
        access.folders = ["out": FolderAccess(folder, isWritable: true)]
        let runner = StoredRunner(
            store: store, runner: PipelineRunner(model: ScriptedModel(replies: [])),
            registry: StepRegistry([AppendStep(path: arguments[2]), FileStep(access)]))
        let last = arguments.count > 3 ? arguments[3] : nil
        if let last, !last.hasPrefix("nats://") {
            _ = try await runner.run(last)
        } else {
            var queue = stored
            if let last {
                // The server may be gone, too, at this moment.
                guard let bus = try? await NATSEventBus.connect(NATSConfiguration(url: last)) else { exit(1) }
                queue = try NATSRunQueue(bus)
            }
            let settings = RunWorker.Settings(
                name: "\(getpid())", concurrency: 2, lease: Self.lease, poll: .milliseconds(20),
                maximumDeliveries: 1000)
            await RunWorker(queue: queue, runner: runner, settings: settings).run(untilEmpty: true)
        }
    }

    private static let lease = Duration.milliseconds(600)

    private static func open(_ place: String) throws -> (any RunStore, any RunQueue) {
        if place.contains("://") {
            let database = try RunDatabase(url: place)
            return (PostgresRunStore(database, hold: Self.lease / 2), PostgresRunQueue(database))
        }
        let file = try StorageFile(path: place)
        return (SQLiteRunStore(file), SQLiteRunQueue(file))
    }
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
