// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Synchronization
import Testing

@Suite("Runs that events begin", .timeLimit(.minutes(5)))
struct EventTriggerTests {
    private static let yaml = """
        pipeline: greeting
        inputs:
          name: {type: string}
          event: {type: any}
        steps:
          - {id: note, uses: emit, with: {subject: greeted, payload: "${inputs.name}"}}
        output: "${inputs.name} ${inputs.event.id}"
        """

    private let bench: Workbench
    private let bus = InProcessEventBus()

    init() throws { self.bench = try Workbench() }

    private var registry: StepRegistry { StepRegistry([EmitStep(bus: self.bus)]) }

    private func trigger() throws -> RunTrigger {
        RunTrigger(
            "greeting", try EventPattern("people.*"), try Pipeline(yaml: Self.yaml, registry: self.registry),
            Workbench.source(Self.yaml))
    }

    private func event(_ id: Int, _ payload: JSONValue? = nil) throws -> Event {
        Event(id: "e\(id)", subject: try EventSubject("people.new"), payload: payload ?? ["name": .string("n\(id)")])
    }

    /// Processes that share the store, each with a queue that fails now and then.
    private func triggers(
        _ count: Int, failures: Int = 0, refusing trace: String? = nil,
        onNotice: @escaping @Sendable (EventTriggers.Notice) -> Void
    ) throws -> [EventTriggers] {
        let file = try StorageFile(path: self.bench.folder.file)
        return try (0..<count).map { _ in
            EventTriggers(
                [try self.trigger()], bus: self.bus, store: try self.bench.store(),
                queue: FlakyQueue(SQLiteRunQueue(file), failures: failures, refusing: trace), pause: .milliseconds(20),
                onNotice: onNotice)
        }
    }

    @Test("Each event begins one run, whoever fails meanwhile, and the run has what the event says")
    func once() async throws {
        let begun = Mutex<[String]>([])
        let triggers = try self.triggers(3, failures: 7) { notice in
            if case .began(let run, _, _) = notice { begun.withLock { $0.append(run) } }
        }
        try await triggers[0].prepare()
        for id in 0..<40 { try await self.bus.publish(self.event(id)) }
        let queue = SQLiteRunQueue(try StorageFile(path: self.bench.folder.file))
        await withTaskGroup(of: Void.self) { group in
            for trigger in triggers { group.addTask { await trigger.run() } }
            // An event that comes again, as after a crash of whoever told it.
            for id in 0..<40 { try? await self.bus.publish(self.event(id)) }
            while (try? await queue.entries(limit: 100).count) != 40 { await Task.yield() }
            group.cancelAll()
        }
        let store = try self.bench.store()
        #expect(try await store.runs(RunFilter(limit: 100)).count == 40)
        var outputs: Set<JSONValue> = []
        let runner = StoredRunner(
            store: store, runner: PipelineRunner(model: ScriptedModel(replies: [])), registry: self.registry)
        for entry in try await queue.entries(limit: 100) {
            outputs.insert(try await runner.run(entry.ticket.run).output)
        }
        #expect(outputs == Set((0..<40).map { .string("n\($0) e\($0)") }))
    }

    @Test("An event that does not fit is passed over, and the trace goes along")
    func refused() async throws {
        let notices = Mutex<[String]>([])
        let triggers = try self.triggers(1) { notice in
            switch notice {
            case .began(_, let event, _): notices.withLock { $0.append("began \(event.id)") }
            case .refused(let event, _, _): notices.withLock { $0.append("refused \(event.id)") }
            case .failed(_, let error): notices.withLock { $0.append("failed \(error)") }
            }
        }
        try await triggers[0].prepare()
        try await self.bus.publish(self.event(1, "no object"))
        var traced = try self.event(2)
        try traced.headers.set("traceparent", to: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        try await self.bus.publish(traced)
        let queue = SQLiteRunQueue(try StorageFile(path: self.bench.folder.file))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await triggers[0].run() }
            while notices.withLock({ $0.count }) < 2 { await Task.yield() }
            group.cancelAll()
        }
        #expect(notices.withLock { $0 } == ["refused e1", "began e2"])
        #expect(try await queue.entries(limit: 9).map(\.ticket.trace) == [traced.headers.trace])
    }

    @Test("An event that is refused every time holds up none of the others", .timeLimit(.minutes(5)))
    func refusedAgainAndAgain() async throws {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let begun = Mutex<[String]>([])
        let failures = Mutex(0)
        let triggers = try self.triggers(1, refusing: trace) { notice in
            switch notice {
            case .began(_, let event, _): begun.withLock { $0.append(event.id) }
            case .refused: Issue.record("An event was passed over.")
            case .failed: failures.withLock { $0 += 1 }
            }
        }
        try await triggers[0].prepare()
        var first = try self.event(1)
        try first.headers.set("traceparent", to: trace)
        try await self.bus.publish(first)
        for id in 2...4 { try await self.bus.publish(self.event(id)) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await triggers[0].run() }
            while begun.withLock({ $0.count }) < 3 || failures.withLock({ $0 }) < 3 {
                guard !Task.isCancelled else { break }
                await Task.yield()
            }
            group.cancelAll()
        }
        #expect(begun.withLock { $0 } == ["e2", "e3", "e4"])
    }

    @Test("Events of two subjects that have one identifier begin a run each")
    func sameIdentifier() async throws {
        let pipeline = try Pipeline(yaml: Self.yaml, registry: self.registry)
        let begun = Mutex<[String]>([])
        let triggers = EventTriggers(
            try ["people.*", "guests.*"].map { pattern in
                RunTrigger("greeting", try EventPattern(pattern), pipeline, Workbench.source(Self.yaml))
            }, bus: self.bus, store: try self.bench.store(),
            queue: SQLiteRunQueue(try StorageFile(path: self.bench.folder.file))
        ) { notice in
            if case .began(_, let event, _) = notice { begun.withLock { $0.append("\(event.subject)") } }
        }
        try await triggers.prepare()
        for subject in ["people.new", "guests.new"] {
            try await self.bus.publish(Event(id: "1", subject: EventSubject(subject), payload: ["name": "n"]))
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await triggers.run() }
            while begun.withLock({ $0.count }) < 2, !Task.isCancelled { await Task.yield() }
            group.cancelAll()
        }
        #expect(begun.withLock { $0.sorted() } == ["guests.new", "people.new"])
    }

    @Test("A store has one run for an event of a trigger, also after it has ended")
    func occasions() async throws {
        let store = try self.bench.store()
        let source = Workbench.source(Workbench.counting)
        let first = try await store.create(source, inputs: [:], for: RunOccasion(trigger: "t", event: "1"))
        #expect(first.isNew)
        try await store.open(first.run).end(.succeeded(nil))
        let again = try await self.bench.store().create(source, inputs: [:], for: RunOccasion(trigger: "t", event: "1"))
        #expect(again.run == first.run && !again.isNew)
        #expect(try await store.create(source, inputs: [:], for: RunOccasion(trigger: "t", event: "2")).isNew)
        #expect(try await store.create(source, inputs: [:], for: RunOccasion(trigger: "u", event: "1")).isNew)
    }
}

/// A queue that now and then cannot be used when a run is to be put in line.
private final class FlakyQueue: RunQueue {
    private let inner: SQLiteRunQueue
    private let failures: Mutex<Int>
    private let refused: String?

    /// Makes a queue that fails a number of times, and always for a trace.
    init(_ inner: SQLiteRunQueue, failures: Int, refusing refused: String?) {
        self.refused = refused
        self.inner = inner
        self.failures = Mutex(failures)
    }

    func enqueue(_ ticket: RunTicket) async throws {
        let fails = self.failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left % 2 == 1
        }
        let isRefused = self.refused != nil && ticket.trace == self.refused
        if fails || isRefused { throw PipelineError(.unreadableFile, "The disk is full.") }
        try await self.inner.enqueue(ticket)
    }

    func lease(for worker: String, duration: Duration) async throws -> RunLease? {
        try await self.inner.lease(for: worker, duration: duration)
    }

    func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding {
        try await self.inner.extend(lease, by: duration)
    }

    func complete(_ lease: RunLease) async throws -> Bool { try await self.inner.complete(lease) }

    func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool {
        try await self.inner.release(lease, after: delay, counts: counts)
    }

    func setAside(_ lease: RunLease, reason: String) async throws -> Bool {
        try await self.inner.setAside(lease, reason: reason)
    }

    func restore(_ run: String) async throws -> Bool { try await self.inner.restore(run) }

    func cancel(_ run: String) async throws -> Bool { try await self.inner.cancel(run) }

    func entries(limit: Int) async throws -> [QueueEntry] { try await self.inner.entries(limit: limit) }
}
