// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What a version of a model has done so far, as Triton counts it.
package final class ModelStatistics: Sendable {
    /// How often something happened, and how long it took all together.
    package struct Total: Sendable, Hashable {
        /// How often.
        package private(set) var count: UInt64 = 0
        /// How many nanoseconds.
        package private(set) var nanoseconds: UInt64 = 0

        mutating func add(_ nanoseconds: UInt64, times: UInt64 = 1) {
            self.count += times
            self.nanoseconds &+= nanoseconds &* times
        }
    }

    /// The runs of one size.
    package struct Batches: Sendable, Hashable {
        /// Gathering the inputs.
        package internal(set) var input = Total()
        /// Running the model.
        package internal(set) var infer = Total()
        /// Handing out the outputs.
        package internal(set) var output = Total()
    }

    /// The answers of one place, of models that answer any number of times.
    package struct Responses: Sendable, Hashable {
        /// Computing it.
        package internal(set) var infer = Total()
        /// Answers that arrived.
        package internal(set) var success = Total()
        /// Answers that failed.
        package internal(set) var failure = Total()
    }

    /// Why a request failed.
    package enum FailureReason: String, Sendable, CaseIterable {
        /// The queue refused it.
        case rejected = "REJECTED"
        /// Its client cancelled it.
        case cancelled = "CANCELED"
        /// The model failed.
        case backend = "BACKEND"
        /// Anything else.
        case other = "OTHER"
    }

    /// All figures at one moment.
    package struct Snapshot: Sendable {
        /// Milliseconds since 1970 of the last run; 0 for none.
        package internal(set) var lastInference: UInt64 = 0
        /// Inferences; a request of four counts four.
        package internal(set) var inferences: UInt64 = 0
        /// Runs; one of four requests counts one.
        package internal(set) var executions: UInt64 = 0
        /// Requests that were answered, from their arrival on.
        package internal(set) var success = Total()
        /// Requests that were not.
        package internal(set) var failure = Total()
        /// Waiting in the queue.
        package internal(set) var queue = Total()
        /// Gathering inputs.
        package internal(set) var input = Total()
        /// Running the model.
        package internal(set) var infer = Total()
        /// Handing out outputs.
        package internal(set) var output = Total()
        /// Runs by their size.
        package internal(set) var batches: [Int: Batches] = [:]
        /// Answers by their place, from 0.
        package internal(set) var responses: [Int: Responses] = [:]
        /// Failures by their reason.
        package internal(set) var failures: [FailureReason: UInt64] = [:]
        /// First answers of models that answer any number of times, by the first of ``firstResponseBounds`` that they keep.
        package internal(set) var firstResponses = Array(repeating: UInt64(0), count: firstResponseBounds.count + 1)
        /// The milliseconds of all of those.
        package internal(set) var firstResponseMilliseconds = 0.0

        /// The buckets for first answers, in milliseconds.
        package static let firstResponseBounds: [Double] = [100, 500, 2000, 5000]
    }

    /// The moments of a run.
    struct Run {
        var start: UInt64
        var inputEnd: UInt64
        var inferEnd: UInt64
        var end: UInt64
        var date: UInt64
    }

    private let state = Mutex(Snapshot())

    init() {}

    /// All figures now.
    package var snapshot: Snapshot { self.state.withLock { $0 } }

    /// Counts a run.
    ///
    /// - Parameters:
    ///   - arrivals: When those of its requests came that were answered.
    ///   - size: How many inferences it had.
    func add(_ run: Run, arrivals: [UInt64], size: Int) {
        let (input, infer, output) = (
            run.inputEnd &- run.start, run.inferEnd &- run.inputEnd, run.end &- run.inferEnd
        )
        self.state.withLock { state in
            state.lastInference = run.date
            state.executions += 1
            state.inferences += UInt64(size)
            for arrival in arrivals {
                state.success.add(run.end &- arrival)
                state.queue.add(run.start &- min(run.start, arrival))
            }
            let count = UInt64(arrivals.count)
            state.input.add(input, times: count)
            state.infer.add(infer, times: count)
            state.output.add(output, times: count)
            state.batches[size, default: Batches()].input.add(input)
            state.batches[size, default: Batches()].infer.add(infer)
            state.batches[size, default: Batches()].output.add(output)
        }
    }

    /// Counts an answer of a model that gives any number of them.
    func addResponse(_ index: Int, nanoseconds: UInt64) {
        self.state.withLock { state in
            state.responses[index, default: Responses()].infer.add(nanoseconds)
            state.responses[index, default: Responses()].success.add(nanoseconds)
            guard index == 0 else { return }
            let milliseconds = Double(nanoseconds) / 1e6
            let bucket = Snapshot.firstResponseBounds.firstIndex { milliseconds <= $0 }
            state.firstResponses[bucket ?? Snapshot.firstResponseBounds.count] += 1
            state.firstResponseMilliseconds += milliseconds
        }
    }

    /// Counts a request that failed.
    func addFailure(_ reason: FailureReason, nanoseconds: UInt64) {
        self.state.withLock { state in
            state.failure.add(nanoseconds)
            state.failures[reason, default: 0] += 1
        }
    }
}

extension ModelStatistics.Snapshot {
    /// The totals of requests by the protocol's names.
    package var byName: [(String, ModelStatistics.Total)] {
        [
            ("success", self.success), ("fail", self.failure), ("queue", self.queue), ("compute_input", self.input),
            ("compute_infer", self.infer), ("compute_output", self.output), ("cache_hit", .init()),
            ("cache_miss", .init()),
        ]
    }
}

extension ModelStatistics.Batches {
    /// The totals by the protocol's names.
    package var byName: [(String, ModelStatistics.Total)] {
        [("compute_input", self.input), ("compute_infer", self.infer), ("compute_output", self.output)]
    }
}

extension ModelStatistics.Responses {
    /// The totals by the protocol's names.
    package var byName: [(String, ModelStatistics.Total)] {
        [
            ("compute_infer", self.infer), ("compute_output", .init()), ("success", self.success),
            ("fail", self.failure), ("empty_response", .init()), ("cancel", .init()),
        ]
    }
}
