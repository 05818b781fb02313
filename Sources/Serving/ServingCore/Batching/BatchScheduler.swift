// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// What a model's requests wait in, whatever its queue.
protocol RequestScheduler: Sendable {
    /// Takes a request.
    ///
    /// - Parameter leads: Whether the caller can run a batch that it makes whole, instead of an instance's task.
    /// - Returns: What the caller is to run at once, and then to tell by ``giveBack(_:leads:)``; nil for nothing.
    /// - Throws: ``SchedulerClosed``, or ``ServingError`` where the queue refuses it.
    func submit(_ job: InferenceJob, leads: Bool) throws -> RequestBatch?

    /// Takes requests that came together, from a caller that can run a batch.
    ///
    /// - Returns: What the caller is to run at once, as in ``submit(_:leads:)``; and the requests that were refused.
    func submit(together jobs: [InferenceJob]) -> (batch: RequestBatch?, refused: [InferenceJob])

    /// Frees the instance on which a caller has run a batch.
    ///
    /// - Parameter leads: Whether the caller can run another one.
    /// - Returns: What the caller is to run next on that instance; nil for nothing: then the instance is free.
    func giveBack(_ instance: Int, leads: Bool) -> RequestBatch?

    /// Takes out a request that nobody waits for any more.
    func remove(_ job: InferenceJob)

    /// Takes no more requests; ``run(instances:_:)`` ends after those that wait.
    func close()

    /// How many requests wait.
    var pendingCount: Int { get }

    /// Runs what waits, until the scheduler is closed and empty, or the task is cancelled.
    ///
    /// - Parameters:
    ///   - instances: How many runs there may be at a time.
    ///   - execute: Runs requests together and ends them.
    func run(instances: Int, _ execute: @escaping @Sendable (RequestBatch) async -> Void) async
}

/// The scheduler takes no more requests: its model was replaced or ended.
struct SchedulerClosed: Error {}

/// Requests that run together.
struct RequestBatch: Sendable {
    let jobs: [InferenceJob]
    /// The instance that runs them.
    let instance: Int
    /// Its place in the order in which batches were made.
    let ticket: Int
}

/// A queue with the instances that serve it.
///
/// Everything is decided under one lock, by whoever changes something: who submits a request hands it to a free instance
/// himself, and a busy instance finds what came meanwhile. There is no task between them.
final class BatchScheduler<Queue: RequestQueue<InferenceJob>>: RequestScheduler {
    private struct State: Sendable {
        var queue: Queue
        var idle: [(instance: Int, waiter: CheckedContinuation<RequestBatch?, Never>)] = []
        /// Instances whose batches are run by who submitted a request.
        var lent: [(instance: Int, waiter: CheckedContinuation<RequestBatch?, Never>)] = []
        var isClosed = false
        var tickets = 0
    }

    /// What is to be done once the lock is released.
    private struct Actions {
        var batches: [(CheckedContinuation<RequestBatch?, Never>, RequestBatch?)] = []
        var expired: [InferenceJob] = []
        var wakeUp = UInt64.max
    }

    private let state: Mutex<State>
    private let alarm = Alarm()
    private let clock: ServingClock

    init(_ queue: Queue, clock: ServingClock) {
        self.state = Mutex(State(queue: queue))
        self.clock = clock
    }

    var pendingCount: Int { self.state.withLock { $0.queue.count } }

    func submit(_ job: InferenceJob, leads: Bool) throws -> RequestBatch? {
        let (actions, own) = try self.state.withLock { state in
            guard !state.isClosed else { throw SchedulerClosed() }
            try state.queue.add(QueueEntry(job))
            var actions = Self.dispatch(&state, at: job.arrival)
            let own = leads ? Self.lend(&state, of: &actions) { $0.jobs.contains { $0 === job } } : nil
            return (actions, own)
        }
        self.perform(actions)
        return own
    }

    func submit(together jobs: [InferenceJob]) -> (batch: RequestBatch?, refused: [InferenceJob]) {
        let now = self.clock.now
        let (actions, own, refused) = self.state.withLock { state in
            guard !state.isClosed else { return (Actions(), RequestBatch?.none, jobs) }
            var refused: [InferenceJob] = []
            for job in jobs {
                do { try state.queue.add(QueueEntry(job)) } catch { refused.append(job) }
            }
            var actions = Self.dispatch(&state, at: now)
            let own = Self.lend(&state, of: &actions) { _ in true }
            return (actions, own, refused)
        }
        self.perform(actions)
        return (own, refused)
    }

    func giveBack(_ instance: Int, leads: Bool) -> RequestBatch? {
        let now = self.clock.now
        let (actions, own) = self.state.withLock { state in
            state.lent.firstIndex { $0.instance == instance }.map { state.idle.append(state.lent.remove(at: $0)) }
            var actions = Self.dispatch(&state, at: now)
            let own = leads ? Self.lend(&state, of: &actions) { $0.instance == instance } : nil
            return (actions, own)
        }
        self.perform(actions)
        return own
    }

    /// Keeps a batch from its instance's task.
    private static func lend(
        _ state: inout State, of actions: inout Actions, where isWanted: (RequestBatch) -> Bool
    ) -> RequestBatch? {
        for (index, (waiter, batch)) in actions.batches.enumerated() {
            guard let batch, isWanted(batch) else { continue }
            actions.batches.remove(at: index)
            state.lent.append((batch.instance, waiter))
            return batch
        }
        return nil
    }

    func remove(_ job: InferenceJob) { self.state.withLock { $0.queue.remove(job.id) } }

    func close() {
        let now = self.clock.now
        self.perform(
            self.state.withLock { state in
                state.isClosed = true
                return Self.dispatch(&state, at: now)
            })
    }

    func run(instances: Int, _ execute: @escaping @Sendable (RequestBatch) async -> Void) async {
        await withTaskCancellationHandler {
            async let alarm: Void = self.alarm.run(self.clock) { self.dispatch() }
            await withDiscardingTaskGroup { group in
                for instance in 0..<instances {
                    group.addTask { await self.serve(instance, execute) }
                }
            }
            self.alarm.close()
            await alarm
        } onCancel: {
            self.abandon()
        }
    }

    private func serve(_ instance: Int, _ execute: @Sendable (RequestBatch) async -> Void) async {
        while let batch = await self.next(for: instance) {
            await execute(batch)
            // Lets the tasks that have requests to submit go first, so that the next batch is a larger one.
            await Task.yield()
        }
    }

    /// Waits for something to run; nil for nothing more.
    private func next(for instance: Int) async -> RequestBatch? {
        await withCheckedContinuation { continuation in
            let now = self.clock.now
            self.perform(
                self.state.withLock { state in
                    state.idle.append((instance, continuation))
                    return Self.dispatch(&state, at: now)
                })
        }
    }

    private func dispatch() {
        let now = self.clock.now
        self.perform(self.state.withLock { Self.dispatch(&$0, at: now) })
    }

    /// Gives free instances what they can run.
    private static func dispatch(_ state: inout State, at now: UInt64) -> Actions {
        var actions = Actions()
        if state.queue.nextExpiry <= now { actions.expired = state.queue.expire(at: now).map(\.payload) }
        var index = state.idle.count - 1
        while index >= 0 {
            let (instance, waiter) = state.idle[index]
            switch state.queue.next(for: instance, at: now) {
            case .run(let entries):
                let batch = RequestBatch(
                    jobs: entries.map(\.payload), instance: instance, ticket: state.tickets)
                state.tickets += 1
                actions.batches.append((waiter, batch))
                state.idle.remove(at: index)
            case .wait(let time):
                actions.wakeUp = min(actions.wakeUp, time)
                if !Queue.isByInstance { index = 0 }
            case .idle: if !Queue.isByInstance { index = 0 }
            }
            index -= 1
        }
        actions.wakeUp = min(actions.wakeUp, state.queue.nextExpiry)
        if state.isClosed, state.queue.count == 0 {
            for idle in state.idle { actions.batches.append((idle.waiter, nil)) }
            state.idle = []
        }
        return actions
    }

    private func perform(_ actions: Actions) {
        for (waiter, batch) in actions.batches { waiter.resume(returning: batch) }
        for job in actions.expired {
            job.finish(.failure(ServingError(.unavailable, "The request waited too long for the model.")))
        }
        if actions.wakeUp < .max { self.alarm.set(actions.wakeUp) }
    }

    /// Ends everything that waits; runs in progress go on.
    private func abandon() {
        let (jobs, actions) = self.state.withLock { state in
            state.isClosed = true
            let jobs = state.queue.removeAll().map(\.payload)
            return (jobs, Self.dispatch(&state, at: 0))
        }
        for job in jobs { job.finish(.failure(ServingError(.unavailable, "The server is stopping."))) }
        self.perform(actions)
    }
}

extension QueueEntry where Payload == InferenceJob {
    /// The place of a request.
    fileprivate init(_ job: InferenceJob) {
        self.init(id: job.id, payload: job, arrival: job.arrival)
        (self.size, self.shape, self.priority) = (job.size, job.shape, job.request.priority)
        (self.queueTime, self.sequence) = (job.request.queueTime, job.request.sequence)
    }
}
