// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
package import Experiments
package import LLMCore
package import Logging
package import ModelGateway
internal import ServiceLifecycle
internal import Synchronization

/// Experiments that answer as models: each request goes to the arm that its user belongs to, and what comes of it is measured.
///
/// Everything that must outlive the process is in the store before anybody is told of it. One process runs the experiments
/// of a store.
package final class ServedExperiments: ModelChooser, Service {
    /// What was measured of a unit's first answer.
    private struct Measured: Sendable {
        let experiment: ServedExperiment
        let unit: String
        let values: [String: Double]
    }

    /// How many measurements may wait to be counted; of more, the oldest are lost.
    private static let longestQueue = 100_000

    package let store: any ExperimentStore
    let logger: Logger
    let now: @Sendable () -> Double
    private let models: Gateway
    private let pause: Duration
    private let time: Timekeeper
    private let makeUnit: @Sendable () -> String
    private let served = Mutex<[String: ServedExperiment]>([:])
    private let measured: AsyncStream<Measured>
    private let measure: AsyncStream<Measured>.Continuation

    /// Prepares experiments over models; ``load()`` goes on with those of the store.
    ///
    /// - Parameters:
    ///   - store: Where they outlive the process.
    ///   - models: What arms name.
    ///   - pause: How often outcomes are looked at.
    ///   - logger: Is told of exposures and decisions.
    ///   - clock: What answers and pauses are measured by.
    ///   - now: Seconds since 1970.
    ///   - makeUnit: Names a request of nobody in particular.
    package init(
        store: any ExperimentStore, models: Gateway, pause: Duration = .seconds(10), logger: Logger,
        clock: some Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Double,
        makeUnit: @escaping @Sendable () -> String = { "request-" + String(UInt64.random(in: 0 ... .max), radix: 16) }
    ) {
        self.store = store
        self.models = models
        self.pause = pause
        self.logger = logger
        self.time = Timekeeper(clock)
        self.now = now
        self.makeUnit = makeUnit
        (self.measured, self.measure) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(Self.longestQueue))
    }

    // MARK: What there is

    /// The experiments' names, sorted.
    package var names: [String] { self.served.withLock { $0.keys.sorted() } }

    /// Every experiment, sorted by name.
    package var all: [ServedExperiment] {
        self.served.withLock { served in served.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// The experiment of a name.
    ///
    /// - Throws: ``ExperimentError`` with code `.unknown` that names the nearest known one.
    package func experiment(named name: String) throws -> ServedExperiment {
        guard let experiment = self.served.withLock({ $0[name] }) else {
            throw ExperimentError(
                .unknown, "There is no experiment '\(name)'. \(NearestName.hint(for: name, in: self.names))")
        }
        return experiment
    }

    /// Goes on with the experiments of the store.
    ///
    /// - Throws: The store's errors; ``ExperimentError`` for one that cannot be served any more.
    package func load() async throws {
        for stored in try await self.store.experiments() {
            let experiment = try Experiment(yaml: stored.definition, file: stored.name)
            let served = try await self.open(experiment, stored.definition, stored.state)
            self.served.withLock { $0[stored.name] = served }
        }
    }

    /// Begins an experiment, or goes on with it by another definition.
    ///
    /// Units stay in their arms unless the definition's version is raised.
    /// - Parameters:
    ///   - definition: YAML or JSON.
    ///   - person: Who wants it.
    /// - Throws: ``ExperimentError`` that says what is wrong; ``LLMError`` for a model that there is not; the store's errors.
    package func define(_ definition: String, by person: String) async throws -> ServedExperiment {
        let experiment = try Experiment(yaml: definition, file: "definition")
        guard !self.models.visibleNames.contains(experiment.name) else {
            throw ExperimentError(
                .conflict, "There is a model '\(experiment.name)' already; an experiment needs a name of its own.")
        }
        if let before = self.served.withLock({ $0[experiment.name] }) {
            if before.definition == definition { return before }
            guard experiment.version >= before.experiment.version else {
                throw ExperimentError(
                    .conflict,
                    "Experiment '\(experiment.name)' is at version \(before.experiment.version); versions only rise.")
            }
        }
        let served = try await self.open(experiment, definition, .null)
        let event = ExperimentEvent(.defined, at: self.now(), by: person, note: "version \(experiment.version)")
        try await self.store.save(
            StoredExperiment(name: experiment.name, definition: definition, state: served.live.saved), event)
        self.served.withLock { $0[experiment.name] = served }
        return served
    }

    /// Ends an experiment: everybody gets one arm from now on.
    ///
    /// - Parameter arm: The arm; nil for the control.
    /// - Throws: ``ExperimentError`` with code `.unknown`; the store's errors.
    package func stop(_ name: String, at arm: String?, by person: String, note: String) async throws -> ServedExperiment
    {
        let served = try self.experiment(named: name)
        let arm = arm ?? served.experiment.arms[0].name
        try served.live.settle(arm)
        let event = ExperimentEvent(.stopped, at: self.now(), by: person, note: note.isEmpty ? arm : "\(arm): \(note)")
        try await self.store.save(state: served.live.saved, of: name, [event])
        return served
    }

    private func open(
        _ experiment: Experiment, _ definition: String, _ state: JSONValue
    ) async throws -> ServedExperiment {
        let served = try ServedExperiment(
            experiment, definition: definition, store: self.store, at: .seconds(self.now()))
        for model in served.models.sorted() { _ = try await self.models.model(named: model, for: Requester()) }
        if state != .null { try served.live.restore(state) }
        try served.live.add(try await self.store.tally(of: served.live.current))
        return served
    }

    // MARK: Who gets what

    /// The arm's model for whoever asks; nil where no experiment has the name.
    package func model(named name: String, for requester: Requester) async throws -> (any ModelAdapter)? {
        guard let served = self.served.withLock({ $0[name] }) else { return nil }
        let unit = requester.unit ?? self.makeUnit()
        let assignment = try await self.assign(unit, attributes: requester.attributes, in: served)
        guard let settings = served.settings(of: assignment.arm) else {
            throw ExperimentError(.unknown, "Experiment '\(name)' has no settings for its arm.")
        }
        guard assignment.reason == .hashed else {
            let model = try await self.models.model(named: settings.model, for: requester)
            return model.wrapped(in: [ExperimentArm(settings: settings, meter: nil)])
        }
        let tell = { @Sendable [measure] (values: [String: Double]) in
            _ = measure.yield(Measured(experiment: served, unit: unit, values: values))
        }
        do {
            let model = try await self.models.model(named: settings.model, for: requester)
            let prices = self.models.prices[settings.model] ?? TokenPrices()
            let meter = OutcomeMeter(time: self.time, prices: prices, tell: tell)
            return model.wrapped(in: [ExperimentArm(settings: settings, meter: meter)])
        } catch {
            tell(["error": 1])
            throw error
        }
    }

    /// Puts a unit into an arm, and counts it there.
    ///
    /// - Throws: ``ExperimentError`` for a unit without a name; the store's errors.
    package func assign(
        _ unit: String, attributes: JSONValue, in served: ServedExperiment
    ) async throws -> Assignment {
        let assignment = try await served.live.assign(unit, attributes: attributes)
        guard let arm = assignment.arm else { return assignment }
        let (name, reason) = (served.experiment.name, assignment.reason.rawValue)
        ExposureNote.current?.write(Exposure(experiment: name, arm: arm, reason: reason, unit: unit))
        if assignment.reason == .hashed {
            self.logger.info("Exposure", metadata: ["experiment": "\(name)", "arm": "\(arm)", "reason": "\(reason)"])
        }
        return assignment
    }

    /// Says which arm a unit would get, and counts nothing.
    ///
    /// - Throws: ``ExperimentError`` for a unit without a name; the store's errors.
    package func peek(_ unit: String, attributes: JSONValue, in served: ServedExperiment) async throws -> Assignment {
        try await served.live.peek(unit, attributes: attributes)
    }

    // MARK: What comes of it

    /// Counts what came of a unit that was assigned, each metric once.
    ///
    /// - Returns: The values that were not known before.
    /// - Throws: ``ExperimentError`` for a unit that was not assigned, or for values that cannot be; the store's errors.
    package func record(
        _ values: [String: Double], covariates: [String: Double] = [:], of unit: String, in served: ServedExperiment
    ) async throws -> [String: Double] {
        let current = served.live.current
        guard let arm = try await self.store.arm(of: unit, in: current.stickyKey) else {
            throw ExperimentError(
                .unknown, "The unit '\(unit.prefix(100))' was not assigned in experiment '\(current.name)'.")
        }
        var outcome = Outcome(arm: arm, values: values, covariates: covariates)
        var probe = Tally(current)
        try probe.record(outcome)
        outcome.values = try await self.store.keep(outcome, of: unit, in: current)
        if !outcome.values.isEmpty { try served.live.record(outcome) }
        return outcome.values
    }

    /// Looks at outcomes now and then, and counts what is measured, until it is asked to stop.
    package func run() async throws {
        async let counting: Void = self.countMeasured()
        await cancelWhenGracefulShutdown {
            while (try? await self.time.sleep(for: self.pause)) != nil { await self.review() }
        }
        self.measure.finish()
        await counting
        await self.review()
    }

    private func countMeasured() async {
        for await item in self.measured {
            let known = Set(item.experiment.experiment.measured.filter { $0.covariate == nil }.map(\.name))
            let values = item.values.filter { known.contains($0.key) }
            guard !values.isEmpty else { continue }
            do { _ = try await self.record(values, of: item.unit, in: item.experiment) } catch {
                self.logger.warning(
                    "An outcome is lost",
                    metadata: ["experiment": "\(item.experiment.experiment.name)", "error": "\(error)"])
            }
        }
    }
}
