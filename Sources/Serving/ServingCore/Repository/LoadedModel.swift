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
    /// How many nanoseconds a run takes, smoothed; `.max` before the first.
    private let runTime = Atomic(UInt64.max)
    /// A run that takes less costs less than waking another thread for it.
    private static let briefRun: UInt64 = 30_000
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
            let size = try self.configuration.check(request)
            let trace = self.tracing?.request
            guard let scheduler else { return InferenceCall(self, request, job: nil, arrival: arrival, trace: trace) }
            let job = InferenceJob(try self.controlled(request, size), size: size, arrival: arrival, trace: trace)
            let leads = self.immediate != nil && self.runTime.load(ordering: .relaxed) < Self.briefRun
            let shape = self.configuration.shapeKey(request)
            if let batch = try scheduler.submit(job, shape: shape, leads: leads) {
                self.executeNow(batch, for: job)
                scheduler.giveBack(batch.instance)
            }
            return InferenceCall(self, job.request, job: job, arrival: arrival)
        } catch let error as ServingError {
            self.statistics.addFailure(
                error.code == .unavailable ? .rejected : .other, nanoseconds: self.clock.now - arrival)
            throw error
        }
    }

    func remove(_ job: InferenceJob) { self.scheduler?.remove(job) }

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

    /// Runs what a request made whole, in the task that brought it.
    private func executeNow(_ batch: RequestBatch, for job: InferenceJob) {
        let trace = self.tracing.flatMap { BatchTrace(batch, asker: job, $0) }
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
        let last = self.runTime.load(ordering: .relaxed)
        self.runTime.store(
            last == .max ? inferEnd - start : (last * 7 + (inferEnd - start)) / 8, ordering: .relaxed)
        let run = ModelStatistics.Run(
            start: start, inputEnd: start, inferEnd: inferEnd, end: self.clock.now, date: self.clock.date())
        if let ordered {
            ordered.deliver(batch.ticket) { self.finish(batch, answers, run) }
        } else {
            self.finish(batch, answers, run)
        }
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
