// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PostgresRuns
import Synchronization
import Testing

@Suite("The queue, schedules and workers over PostgreSQL", .timeLimit(.minutes(5)))
struct PostgresWorkerTests {
    @Test("The queue does what every queue must")
    func queueConformance() async throws {
        let place = try await RunPlace(holdsClock: true)
        let conformance = RunQueueConformance(
            makeQueue: {
                try await place.execute("TRUNCATE autoglm_run_queue, autoglm_run_tenants")
                return try place.queue()
            }, pass: { try await place.pass($0) })
        let failures = await conformance.failures()
        #expect(failures.isEmpty, "\(failures)")
        let isLong = ProcessInfo.processInfo.environment["AUTOGLM_LONG_CONFORMANCE"] != nil
        let broken = await conformance.failures(inHistories: 1...(isLong ? 200 : 5))
        #expect(broken.isEmpty, "\(broken)")
    }

    @Test("Schedules do what they must")
    func scheduleConformance() async {
        let conformance = ScheduleStoreConformance {
            let place = try await RunPlace()
            return { (try place.schedules(), try place.store(), try place.queue()) }
        }
        #expect(await conformance.failures() == [])
    }

    @Test("Workers that take at once, over connections that are cut, never take the same run")
    func manyWorkers() async throws {
        let place = try await RunPlace()
        let queue = try place.queue()
        for number in 0..<60 { try await queue.enqueue(RunTicket("run-\(number)", tenant: "tenant-\(number % 3)")) }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let own = try place.queue()
                    var runs = [String]()
                    while let lease = try await own.lease(for: "worker-\(worker)", duration: .seconds(600)) {
                        runs.append(lease.ticket.run)
                        if runs.count % 3 == 0 { #expect(try await own.complete(lease)) }
                        if runs.count % 4 == worker { try await place.cutConnections() }
                    }
                    return runs
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 60 && Set(taken).count == 60)
        let left = try await queue.entries(limit: 100)
        #expect(left.allSatisfy { $0.worker != nil && $0.deliveries == 1 })
    }

    private static let counting = """
        pipeline: counting
        inputs: {name: {type: string}}
        steps:
          - id: pages
            for_each: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
            concurrency: 3
            steps:
              - {id: note, uses: note-it, with: {text: "${inputs.name} ${item}"}}
        output: "${inputs.name}"
        """

    @Test("Workers whose connections are cut again and again do every step once, and lose no run")
    func cutConnections() async throws {
        let place = try await RunPlace()
        let (notes, errors) = (Notes(), Notes())
        let registry = StepRegistry([NoteStep(notes: notes)])
        let source = PipelineSource(name: "counting", version: "1.0.0", file: "c.yaml", text: Self.counting)
        let (store, queue) = (try place.store(), try place.queue())
        for number in 0..<8 {
            let id = try await store.create(source, inputs: ["name": .string("run-\(number)")])
            try await queue.enqueue(RunTicket(id))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                let worker = RunWorker(
                    queue: try place.queue(),
                    runner: StoredRunner(
                        store: try place.store(), runner: PipelineRunner(model: ScriptedModel(replies: [])),
                        registry: registry, attention: .milliseconds(20)),
                    settings: .init(name: "w\(number)", concurrency: 2, poll: .milliseconds(1))
                ) { event in
                    if case .left(_, let error?) = event { errors.add("\(error)") }
                    if case .queueFailed(let error) = event { errors.add("\(error)") }
                }
                group.addTask { await worker.run(untilEmpty: true) }
            }
            group.addTask {
                var last = 0
                while last < 70 {
                    let count = notes.all.count
                    guard count >= last + 10 else {
                        await Task.yield()
                        continue
                    }
                    last = count
                    try await place.cutConnections()
                }
            }
            try await group.waitForAll()
        }
        #expect(errors.all == [])
        let noted = notes.all
        #expect(noted.count == 80 && Set(noted).count == 80)
        let runs = try await store.runs(RunFilter())
        #expect(runs.allSatisfy { $0.state == .succeeded && $0.attempts == 1 && $0.stepCount >= 10 }, "\(runs)")
        #expect(try await queue.entries(limit: 9).isEmpty)
    }
}

/// What was noted so far.
private final class Notes: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { self.state.withLock { $0 } }

    func add(_ note: String) { self.state.withLock { $0.append(note) } }
}

/// A step that notes what it was given.
private struct NoteStep: PipelineStep {
    let notes: Notes

    var definition: StepDefinition {
        StepDefinition(
            name: "note-it", summary: "Notes a text.",
            inputs: [StepPort("text", .string, "What is noted.", isRequired: true)],
            outputs: [StepPort("text", .string, "The same.")], effect: .outside)
    }

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let text = try inputs.requiredString("text")
        self.notes.add(text)
        return ["text": .string(text)]
    }
}
