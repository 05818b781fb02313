// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Takes runs from a queue and runs them, several at once.
///
/// While a run is under way its lease is extended; a worker that dies leaves its runs to others. When it is told to drain it
/// takes nothing more, lets what is under way end for some time, and gives the rest back.
public final class RunWorker: Sendable {
    /// How a worker works.
    public struct Settings: Sendable {
        /// Its name, for people.
        public var name: String
        /// How many runs it has under way at once.
        public var concurrency: Int
        /// How long a run stays its own without a sign of life.
        public var lease: Duration
        /// How often it looks for runs while it has room.
        public var poll: Duration
        /// How often a run is delivered before it is set aside.
        public var maximumDeliveries: Int
        /// How long runs may take to end when it drains.
        public var drain: Duration

        /// Sets how a worker works.
        public init(
            name: String, concurrency: Int = 1, lease: Duration = .seconds(30), poll: Duration = .milliseconds(200),
            maximumDeliveries: Int = 5, drain: Duration = .seconds(30)
        ) {
            self.name = name
            self.concurrency = max(1, concurrency)
            self.lease = lease
            self.poll = poll
            self.maximumDeliveries = max(1, maximumDeliveries)
            self.drain = drain
        }
    }

    /// Something that a worker does.
    public enum Event: Sendable {
        /// It has taken a run.
        case took(RunLease)
        /// It has left a run; nil where the run ended well.
        case left(RunLease, error: (any Error)?)
        /// A schedule's time has come, and a run of it is in line.
        case began(RunScheduler.Begun)
        /// It could not use the queue, and tries again.
        case queueFailed(any Error)
    }

    private enum Turn {
        case runEnded
        case pause
        case drainEnded
    }

    private let queue: any RunQueue
    private let scheduler: RunScheduler?
    private let runner: StoredRunner
    private let settings: Settings
    private let clock: any Clock<Duration>
    private let onEvent: @Sendable (Event) -> Void
    private let isDraining = Mutex(false)

    /// Makes a worker.
    ///
    /// - Parameters:
    ///   - queue: Where runs come from.
    ///   - scheduler: Puts runs of schedules into that queue; nil leaves that to others.
    ///   - runner: Runs them.
    ///   - settings: How it works.
    ///   - clock: Measures leases and pauses.
    ///   - onEvent: Told what it does.
    public init(
        queue: any RunQueue, scheduler: RunScheduler? = nil, runner: StoredRunner, settings: Settings,
        clock: any Clock<Duration> = ContinuousClock(),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.queue = queue
        self.scheduler = scheduler
        self.runner = runner
        self.settings = settings
        self.clock = clock
        self.onEvent = onEvent
    }

    /// Tells the worker to take nothing more and to end.
    public func drain() { self.isDraining.withLock { $0 = true } }

    /// Works until it is told to drain, or until the task is cancelled: then runs under way are given back at once.
    ///
    /// - Parameter untilEmpty: Whether to drain when nothing is ready.
    public func run(untilEmpty: Bool = false) async {
        await withTaskGroup(of: Turn.self) { group in
            var underWay = 0
            var isPausing = false
            while !self.isDraining.withLock({ $0 }), !Task.isCancelled {
                await self.beginDue()
                if underWay < self.settings.concurrency {
                    if let lease = await self.take() {
                        underWay += 1
                        group.addTask { await self.work(on: lease) }
                        continue
                    }
                    if untilEmpty, underWay == 0 { return }
                }
                if !isPausing {
                    isPausing = true
                    group.addTask { await self.pause() }
                }
                switch await group.next() {
                case .runEnded: underWay -= 1
                default: isPausing = false
                }
            }
            await self.drain(&group, underWay: underWay)
        }
    }

    /// Waits for what is under way, but not for ever.
    private func drain(_ group: inout TaskGroup<Turn>, underWay: Int) async {
        var underWay = underWay
        group.addTask {
            try? await self.clock.sleep(for: self.settings.drain)
            return .drainEnded
        }
        while underWay > 0, let turn = await group.next() {
            switch turn {
            case .runEnded: underWay -= 1
            case .pause: continue
            case .drainEnded: group.cancelAll()
            }
        }
        group.cancelAll()
    }

    private func pause() async -> Turn {
        try? await self.clock.sleep(for: self.settings.poll)
        return .pause
    }

    /// Puts in line what schedules have due.
    private func beginDue() async {
        do {
            for begun in try await self.scheduler?.beginDue() ?? [] { self.onEvent(.began(begun)) }
        } catch { self.onEvent(.queueFailed(error)) }
    }

    private func take() async -> RunLease? {
        do {
            return try await self.queue.lease(for: self.settings.name, duration: self.settings.lease)
        } catch {
            self.onEvent(.queueFailed(error))
            return nil
        }
    }

    // MARK: - One run

    private func work(on lease: RunLease) async -> Turn {
        self.onEvent(.took(lease))
        var failure: (any Error)?
        do {
            if lease.deliveries > self.settings.maximumDeliveries {
                try await self.setAside(lease)
            } else {
                if let surroundings = self.runner.runner.surroundings {
                    failure = await surroundings.surround(lease: lease) { await self.execute(lease) }
                } else {
                    failure = await self.execute(lease)
                }
                try await self.leave(lease, after: failure)
            }
        } catch { failure = error }
        self.onEvent(.left(lease, error: failure))
        return .runEnded
    }

    /// Runs a run while its lease is extended.
    ///
    /// - Returns: What kept it from ending well.
    private func execute(_ lease: RunLease) async -> (any Error)? {
        await withTaskGroup(of: (any Error)?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do { _ = try await self.runner.run(lease.ticket.run) } catch { return error }
                return nil
            }
            group.addTask { await self.heartbeat(lease) }
            return await group.next() ?? nil
        }
    }

    /// Extends a lease until it is lost.
    private func heartbeat(_ lease: RunLease) async -> any Error {
        do {
            while true {
                try await self.clock.sleep(for: self.settings.lease / 3)
                switch try await self.queue.extend(lease, by: self.settings.lease) {
                case .held: continue
                case .cancelled: _ = try await self.runner.store.cancel(lease.ticket.run)
                case .lost: return PipelineError(.leaseLost, "The lease of the run '\(lease.ticket.run)' ran out.")
                }
            }
        } catch { return error }
    }

    /// Takes a run out of the line where it has ended, or gives it back.
    private func leave(_ lease: RunLease, after failure: (any Error)?) async throws {
        switch failure {
        case nil: _ = try await self.queue.complete(lease)
        case is CancellationError where Task.isCancelled:
            _ = try await self.queue.release(lease, after: .zero, counts: false)
        case let waiting as RunSuspension:
            if let time = waiting.pending.compactMap(\.until).min() {
                let delay = max(.zero, time - self.runner.runner.now())
                _ = try await self.queue.release(lease, after: delay, counts: false)
            } else {
                _ = try await self.queue.complete(lease)
            }
        case let error as PipelineError where error.code == .runIsBusy:
            _ = try await self.queue.release(lease, after: self.settings.lease / 3, counts: false)
        case let error as PipelineError where error.code == .leaseLost: break
        case let error?:
            // A run that failed says so in the store; anything else, such as a full disk, may pass.
            let state = try? await self.runner.store.run(lease.ticket.run).summary.state
            if state == nil, (error as? PipelineError)?.code != .unknownRun { throw error }
            // One that is still running has a hold that ends by itself, or is another's; out of the line it would be forgotten.
            if state == .interrupted || state == .queued || state == .running {
                _ = try await self.queue.release(lease, after: self.settings.lease / 3, counts: true)
            } else {
                _ = try await self.queue.complete(lease)
            }
        }
    }

    private func setAside(_ lease: RunLease) async throws {
        let reason = """
            It was delivered \(lease.deliveries - 1) times and never ended; its workers died or lost it. \
            `autoglm run --resume \(lease.ticket.run)` shows why.
            """
        let session = try await self.runner.store.open(lease.ticket.run)
        try await session.end(.failed(RunFailure(code: "pipeline.set-aside", message: reason)))
        _ = try await self.queue.setAside(lease, reason: reason)
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A worker has fallen silent for too long, and another may have its run.
    public static var leaseLost: Self { "lease-lost" }
}
