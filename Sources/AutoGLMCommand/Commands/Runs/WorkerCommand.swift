// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import ServiceLifecycle

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `autoglm worker`: runs what is in line.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run what `autoglm run --enqueue` has put in line, and what `autoglm runs schedule` has due.",
        discussion: """
            Example:
              autoglm worker --until-empty
              autoglm worker --concurrency 4 --config autoglm.yaml --prune-older-than 30d
              autoglm worker --bus nats://127.0.0.1:4222 --on documents.*.read=invoice.yaml

            Any number of workers may share a store: in a file those of one machine, in PostgreSQL those of many. SIGTERM or Ctrl-C lets runs under way end for --drain-time seconds, and \
            gives the rest back; the second one ends the program at once, and the runs go on elsewhere when their leases \
            have run out. With --telemetry, 'telemetry:' in the file or OpenTelemetry's variables, runs are told of as by \
            `autoglm run`, each in the trace of who put it in line. With --prune-older-than, --keep or --max-size it also removes old runs, as `autoglm runs prune` does.

            With --queue, runs wait in JetStream; schedules, which are in the store, are left to workers without --queue.

            With --on, each event of the subjects begins one run of the pipeline, however many workers there are and however \
            often the event comes: its inputs are the payload's members of their names, and 'event' is the whole event. \
            Events wait in a stream of the bus, also while no worker is there; subjects of several --on must not overlap.
            """)

    @OptionGroup(title: "Model") var config: ConfigOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var routing: RoutingOptions
    @OptionGroup var watching: TelemetryOptions

    @Option(parsing: .unconditional, help: "How many runs to have under way at once.")
    var concurrency = 1

    @Option(help: "The worker's name in the queue (default: the host's name and the process's number).")
    var name = "\(ProcessInfo.processInfo.hostName)-\(ProcessInfo.processInfo.processIdentifier)"

    @Option(parsing: .unconditional, help: "After how many seconds without a sign of life others get a run.")
    var lease = 30

    @Option(parsing: .unconditional, help: "How often a run is delivered before it is set aside.")
    var deliveries = 5

    @Option(parsing: .unconditional, help: "How many seconds runs under way may take after a request to end.")
    var drainTime = 30

    @Option(
        help:
            "Remove runs, at once, every ten minutes and at the end, that ended longer ago than this, such as 12h or 30d."
    )
    var pruneOlderThan: TimeArgument?

    @OptionGroup(title: "What is kept") var limits: RetentionLimits

    @OptionGroup(title: "Events") var events: TriggerOptions

    @Flag(help: "End when nothing is in line.")
    var untilEmpty = false

    func validate() throws {
        try self.config.check(against: self.model)
        for (name, value, least) in [
            ("--concurrency", self.concurrency, 1), ("--lease", self.lease, 1), ("--deliveries", self.deliveries, 1),
            ("--drain-time", self.drainTime, 0),
        ] where value < least {
            throw ValidationError("\(name) is \(value); it must be \(least) or more.")
        }
    }

    func run() async throws {
        let store = try await self.store.open(lease: .seconds(self.lease))
        let plugins = try self.plugins.host()
        let configured = try self.config.models(plugins)
        let program = try self.watching.program(configured)
        var runner = try await self.config.open(configured, self.model, plugins, program).runner(
            self.routing.router(plugins))
        runner.longestSleep = .seconds(self.lease)
        let bus = try ProgramBus(self.events.bus, configured: configured?.bus)
        let registry = try StepRegistry.program(plugins: plugins, models: configured, bus: bus)
        let triggers = try self.events.triggers(registry, bus, store)
        if let triggers {
            try await triggers.prepare()
            let own = ", of this worker's own runs; --bus nats://… takes those of other programs"
            let from = bus.isInProcess ? own : ""
            Console.note("takes events: \(self.events.triggers.joined(separator: ", "))\(from)")
        }
        let worker = RunWorker(
            queue: store.queue, scheduler: self.store.queueServer == nil ? RunScheduler(store: store.schedules) : nil,
            runner: StoredRunner(
                store: store.runs, runner: runner, registry: registry),
            settings: RunWorker.Settings(
                name: self.name, concurrency: self.concurrency, lease: .seconds(self.lease),
                maximumDeliveries: self.deliveries, drain: .seconds(self.drainTime)),
            onEvent: Self.note)
        // The last one is asked to stop first, so that what its last runs told is sent.
        var services = (program?.services ?? []) + PluginWatch.services(of: plugins)
        services.append(WorkerService(worker: worker, untilEmpty: self.untilEmpty))
        if let triggers { services.append(TriggerService(triggers: triggers)) }
        if self.pruneOlderThan != nil || !self.limits.isEmpty {
            let policy = self.limits.policy(maximumAge: self.pruneOlderThan)
            services.append(
                PruningService(pruner: RunPruner(store: store.runs, policy: policy, onEvent: Self.notePruning)))
        }
        // The worker cancels what is left by itself; the group's own limit comes after that.
        try await RunningServices.run(services, drain: .seconds(self.drainTime + 10))
        await bus.close()
    }

    private static func notePruning(_ outcome: Result<PruningReport, any Error>) {
        switch outcome {
        case .success(let report) where report.removedRuns == 0: break
        case .success(let report): Console.note("removed \(report.removedRuns) runs; \(report.bytes) bytes are in use")
        case .failure(let error): Console.note("Runs cannot be removed now: \(error)")
        }
    }

    private static func note(_ event: RunWorker.Event) {
        switch event {
        case .began(let begun): Console.note("began \(begun.run) as '\(begun.schedule)' has it")
        case .took(let lease): Console.note("took \(lease.ticket.run) (delivery \(lease.deliveries))")
        case .left(let lease, error: nil): Console.note("left \(lease.ticket.run)")
        case .left(let lease, let error?): Console.note("left \(lease.ticket.run): \(error)")
        case .queueFailed(let error): Console.note("The queue cannot be used now: \(error)")
        }
    }
}

/// Removes old runs until it is asked to stop, and once more then.
private struct PruningService: Service {
    let pruner: RunPruner

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.pruner.run() }
        await self.pruner.prune()
    }
}

/// Begins runs for events until it is asked to stop.
private struct TriggerService: Service {
    let triggers: EventTriggers

    func run() async throws { await cancelWhenGracefulShutdown { await self.triggers.run() } }
}

/// A worker as a service: asked to stop, it drains.
private struct WorkerService: Service {
    let worker: RunWorker
    let untilEmpty: Bool

    func run() async throws {
        await withGracefulShutdownHandler {
            await self.worker.run(untilEmpty: self.untilEmpty)
        } onGracefulShutdown: {
            self.worker.drain()
        }
    }
}
