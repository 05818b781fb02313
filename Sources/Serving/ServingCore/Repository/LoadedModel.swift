// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import Observability
internal import Synchronization
internal import Tracing

/// A version of a model that takes requests.
package final class LoadedModel: Sendable {
    /// How it is served.
    package let configuration: ModelConfiguration
    /// The version.
    package let version: String
    /// What it has done so far.
    package let statistics = ModelStatistics()
    let clock: ServingClock
    let model: any ServedModel
    private let immediate: (any ImmediateModel)?
    /// How many nanoseconds a brief one of the runs takes, smoothed; `.max` before the first.
    private let runTime = Atomic(UInt64.max)
    /// A run that takes less costs less than waking another thread for it.
    private static let briefRun: UInt64 = 60_000
    /// How many batches somebody runs who wanted the first of them.
    private static let mostRuns = 16
    /// What requests wait in; nil for a model that orders its runs itself.
    private let scheduler: (any RequestScheduler)?
    private let ordered: OrderedDelivery?
    /// The files that the model was made from, where they are its own.
    private let files: TemporaryFolder?
    /// Makes spans of its work; nil makes none.
    private let tracing: InferenceTracing?

    init(
        _ model: any ServedModel, configuration: ModelConfiguration, version: Int, clock: ServingClock,
        files: TemporaryFolder? = nil, tracer: SpanTracer? = nil
    ) {
        self.tracing = tracer.map { InferenceTracing($0, model: configuration.name, version: String(version)) }
        self.files = files
        self.model = model
        self.immediate = model as? any ImmediateModel
        if let time = self.immediate?.measuredRunTime {
            self.runTime.store(UInt64(max(.zero, time) / .nanoseconds(1)), ordering: .relaxed)
        }
        self.configuration = configuration
        self.version = String(version)
        self.clock = clock
        guard !model.schedulesItself else {
            (self.scheduler, self.ordered) = (nil, nil)
            return
        }
        switch configuration.scheduling {
        case .batches(let policy):
            self.scheduler = BatchScheduler(BatchQueue(policy), clock: clock)
            self.ordered = policy.preservesOrder && configuration.instances > 1 ? OrderedDelivery() : nil
        case .sequences(let policy):
            let queue = SequenceQueue<InferenceJob>(policy, instances: configuration.instances)
            self.scheduler = BatchScheduler(queue, clock: clock)
            self.ordered = nil
        }
    }

    /// How many requests wait for a run.
    package var pendingCount: Int { self.scheduler?.pendingCount ?? 0 }

    /// Takes a request; it waits in its queue from now on.
    ///
    /// - Throws: ``ServingError`` where it is refused; ``SchedulerClosed`` where the version serves no longer.
    func start(_ request: InferenceRequest) throws -> InferenceCall {
        let arrival = self.clock.now
        do {
            let trace = self.tracing?.request
            guard let scheduler else {
                _ = try self.configuration.check(request)
                return InferenceCall(self, request, job: nil, arrival: arrival, trace: trace)
            }
            let job = try self.job(for: request, arrival: arrival, trace: trace)
            if let batch = try scheduler.submit(job, leads: self.isBrief) {
                self.lead(scheduler, from: batch, asker: job)
            }
            return InferenceCall(self, job.request, job: job, arrival: arrival)
        } catch let error as ServingError {
            self.statistics.addFailure(
                error.code == .unavailable ? .rejected : .other, nanoseconds: self.clock.now - arrival)
            throw error
        }
    }

    /// A request that can be answered by who asks.
    ///
    /// - Returns: nil for a model whose runs are long, and for a request that is not right: ``start(_:)`` tells more.
    package func job(forAnsweringAtOnce request: InferenceRequest) -> InferenceJob? {
        guard self.answersAtOnce else { return nil }
        return try? self.job(for: request, arrival: self.clock.now, trace: self.tracing?.sampledRequest)
    }

    /// Takes requests that came together, and runs them on this thread unless somebody is at it.
    ///
    /// - Parameters:
    ///   - jobs: Requests of ``job(forAnsweringAtOnce:)``.
    ///   - finished: Is told how each ended, by its place: most of them before this returns, others by who runs them.
    /// - Returns: The places of those that are refused: ``start(_:)`` tells why.
    package func start(
        _ jobs: [InferenceJob], finished: @escaping @Sendable (Int, Result<InferenceResponse, any Error>) -> Void
    ) -> [Int] {
        guard let scheduler else { return Array(jobs.indices) }
        // Who is told holds the request, and is let go of when it ends, or is refused.
        for (index, job) in jobs.enumerated() {
            let call = InferenceCall(self, job.request, job: job, arrival: job.arrival)
            job.observe { finished(index, $0.mapError(call.failed)) }
        }
        let (batch, refused) = scheduler.submit(together: jobs)
        for job in refused { job.forget() }
        if let batch { self.lead(scheduler, from: batch) }
        return refused.isEmpty ? [] : jobs.indices.filter { index in refused.contains { $0 === jobs[index] } }
    }

    /// Runs a batch, and what came meanwhile: who waits for it need not be woken to run it.
    ///
    /// - Parameter asker: The request whose own task runs the first batch, so that it has not waited.
    private func lead(_ scheduler: any RequestScheduler, from batch: RequestBatch, asker: InferenceJob? = nil) {
        var next: RequestBatch? = batch
        var count = 0
        while let batch = next {
            self.executeNow(batch, asker: asker)
            count += 1
            next = scheduler.giveBack(batch.instance, leads: count < Self.mostRuns)
        }
    }

    private func job(
        for request: InferenceRequest, arrival: UInt64, trace: RequestTrace?
    ) throws -> InferenceJob {
        let size = try self.configuration.check(request)
        return InferenceJob(
            try self.controlled(request, size), size: size, shape: self.configuration.shapeKey(request),
            arrival: arrival, trace: trace)
    }

    /// Whether who asks may run the model.
    private var isBrief: Bool { self.immediate != nil && self.runTime.load(ordering: .relaxed) < Self.briefRun }

    /// Whether requests may be answered at once.
    ///
    /// Those of sequences, and answers that keep their order, may have to wait for others.
    var answersAtOnce: Bool {
        guard case .batches = self.configuration.scheduling else { return false }
        return self.isBrief && self.ordered == nil && !self.configuration.isDecoupled
    }

    func remove(_ job: InferenceJob) { self.scheduler?.remove(job) }

    /// Takes out a request that was started, because nobody waits for it any more; it ends with a `CancellationError`.
    package func cancel(_ job: InferenceJob) {
        self.remove(job)
        job.finish(.failure(CancellationError()))
    }

    /// Takes no more requests, and ends ``run()`` after those that wait.
    func retire() { self.scheduler?.close() }

    /// Runs requests until the version is retired and nothing waits, or the task is cancelled.
    func run() async {
        await self.scheduler?.run(instances: self.configuration.instances) { await self.execute($0) }
    }

    /// Adds the inputs that tell the model of the request's place in its sequence.
    private func controlled(_ request: InferenceRequest, _ size: Int) throws -> InferenceRequest {
        guard let position = request.sequence, !self.configuration.controls.isEmpty else { return request }
        var request = request
        for control in self.configuration.controls {
            request.inputs.append(
                try control.tensor(for: position, batchSize: size, isBatched: self.configuration.isBatched))
        }
        return request
    }

    // MARK: Running

    private func execute(_ batch: RequestBatch) async {
        let trace = self.tracing.flatMap { BatchTrace(batch, $0) }
        let start = self.clock.now
        let requests = batch.jobs.map(\.request)
        let results: [Result<[KServeTensor], any Error>]
        if let trace {
            results = await ServiceContext.withValue(trace.context) {
                await self.model.infer(requests, instance: batch.instance)
            }
        } else {
            results = await self.model.infer(requests, instance: batch.instance)
        }
        self.conclude(batch, results, start: start, trace)
    }

    private func executeNow(_ batch: RequestBatch, asker: InferenceJob?) {
        let trace = self.tracing.flatMap { BatchTrace(batch, asker: asker, $0) }
        let start = self.clock.now
        let results = self.immediate?.answer(batch.jobs.map(\.request), instance: batch.instance) ?? []
        self.conclude(batch, results, start: start, trace)
    }

    private func conclude(
        _ batch: RequestBatch, _ results: [Result<[KServeTensor], any Error>], start: UInt64, _ trace: BatchTrace?
    ) {
        let inferEnd = self.clock.now
        trace?.end(results)
        let answers = zip(batch.jobs, results).map { job, result in
            result.map { self.response(to: job.request, $0) }
        }
        self.note(runTime: inferEnd - start)
        let run = ModelStatistics.Run(
            start: start, inputEnd: start, inferEnd: inferEnd, end: self.clock.now, date: self.clock.date())
        if let ordered {
            ordered.deliver(batch.ticket) { self.finish(batch, answers, run) }
        } else {
            self.finish(batch, answers, run)
        }
    }

    private func note(runTime: UInt64) {
        let last = self.runTime.load(ordering: .relaxed)
        // Where threads lose their processors in the middle of a run, many seem long: the briefer ones tell what the model needs.
        let next = last > runTime ? runTime + (last - runTime) / 2 : last + (runTime - last) / 16
        self.runTime.store(last == .max ? runTime : next, ordering: .relaxed)
    }

    private func finish(
        _ batch: RequestBatch, _ answers: [Result<InferenceResponse, any Error>], _ run: ModelStatistics.Run
    ) {
        let isWhole = answers.count == batch.jobs.count
        var arrivals: [UInt64] = []
        arrivals.reserveCapacity(batch.jobs.count)
        for (job, answer) in zip(batch.jobs, answers) where isWhole && !job.isOver {
            if case .success = answer { arrivals.append(job.arrival) }
        }
        // Before anybody can ask: who has an answer finds it counted.
        self.statistics.add(run, arrivals: arrivals, size: batch.jobs.reduce(0) { $0 + $1.size })
        guard isWhole else {
            let failure = ServingError(
                .backendFailed, "The model gave \(answers.count) answers to \(batch.jobs.count).")
            return batch.jobs.forEach { $0.finish(.failure(failure)) }
        }
        for (job, answer) in zip(batch.jobs, answers) { job.finish(answer) }
    }

    /// The answer to a request, with the outputs that it wants.
    func response(to request: InferenceRequest, _ outputs: [KServeTensor]) -> InferenceResponse {
        let wanted = request.outputs
        return InferenceResponse(
            model: self.configuration.name, version: self.version, id: request.id,
            outputs: wanted.isEmpty ? outputs : wanted.compactMap { name in outputs.first { $0.name == name } })
    }
}
