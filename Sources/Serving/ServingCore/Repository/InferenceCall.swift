// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A request that was taken, and is to be waited for once.
package struct InferenceCall: Sendable {
    private let model: LoadedModel
    private let request: InferenceRequest
    private let job: InferenceJob?
    private let arrival: UInt64
    /// The place in a trace of a request that the model runs by itself; nil where nothing is recorded.
    private let trace: RequestTrace?

    init(
        _ model: LoadedModel, _ request: InferenceRequest, job: InferenceJob?, arrival: UInt64,
        trace: RequestTrace? = nil
    ) {
        self.trace = trace
        self.model = model
        self.request = request
        self.job = job
        self.arrival = arrival
    }

    /// Whether the request may have any number of answers.
    package var isDecoupled: Bool { self.model.configuration.isDecoupled }
    /// The version that answers.
    package var version: String { self.model.version }

    /// Waits for the answer of a model that gives one.
    ///
    /// - Throws: ``ServingError``, and `CancellationError` where the task was cancelled.
    package func response() async throws -> InferenceResponse {
        guard !self.model.configuration.isDecoupled else {
            throw ServingError(
                .unsupported,
                "The model '\(self.request.model)' answers any number of times (decoupled); ask it in a stream.")
        }
        return try await self.counted { try await self.answer() }
    }

    /// What the request has ended with, which is asked once; nil while it has not.
    package func resultAtOnce() -> Result<InferenceResponse, any Error>? {
        self.job?.takeResult()?.mapError(self.failed)
    }

    /// Waits for the answers of any model, and returns after the last.
    ///
    /// - Parameter send: Takes each answer.
    /// - Throws: ``ServingError``, `CancellationError` where the task was cancelled, and what `send` throws.
    package func stream(_ send: (InferenceResponse) async throws -> Void) async throws {
        guard self.job == nil else { return try await send(try await self.counted { try await self.answer() }) }
        let start = self.model.clock.now
        var (index, last) = (0, start)
        try await self.counted {
            try await self.traced {
                try await self.model.model.stream(self.request) { outputs in
                    let now = self.model.clock.now
                    self.model.statistics.addResponse(index, nanoseconds: now - last)
                    (index, last) = (index + 1, now)
                    try await send(self.model.response(to: self.request, outputs))
                }
            }
        }
        self.count(from: start)
    }

    /// The answers of any model, as they come; dropping the sequence cancels the request.
    package var responses: AsyncThrowingStream<InferenceResponse, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {  // ends with the sequence, which cancels it
                do {
                    try await self.stream { continuation.yield($0) }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func answer() async throws -> InferenceResponse {
        if let job {
            let model = self.model
            return try await job.value { model.remove(job) }
        }
        let start = self.model.clock.now
        let outputs = try await self.traced {
            guard let result = await self.model.model.infer([self.request], instance: 0).first else {
                throw ServingError(.backendFailed, "The model answered too few requests.")
            }
            return try result.get()
        }
        self.count(from: start)
        return self.model.response(to: self.request, outputs)
    }

    /// Runs the request in a span, where its trace is recorded.
    private func traced<Value>(_ work: () async throws -> Value) async throws -> Value {
        guard let trace else { return try await work() }
        return try await trace.run(work)
    }

    /// Counts a run that the model ordered itself.
    private func count(from start: UInt64) {
        let end = self.model.clock.now
        self.model.statistics.add(
            ModelStatistics.Run(start: start, inputEnd: start, inferEnd: end, end: end, date: self.model.clock.date()),
            arrivals: [self.arrival], size: 1)
    }

    /// Counts a failure, and says it in this module's terms.
    private func counted<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch { throw self.failed(error) }
    }

    /// Counts a failure.
    ///
    /// - Returns: The failure in this module's terms.
    func failed(_ error: any Error) -> any Error {
        let isCancelled = error is CancellationError || Task.isCancelled
        let told = ServingError(error)
        let reason: ModelStatistics.FailureReason =
            isCancelled
            ? .cancelled
            : told.code == .unavailable ? .rejected : told.code == .backendFailed ? .backend : .other
        self.model.statistics.addFailure(reason, nanoseconds: self.model.clock.now - self.arrival)
        return isCancelled ? CancellationError() : told
    }
}
