// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A request on its way through a queue, with whoever waits for its answer.
package final class InferenceJob: Sendable {
    private enum State {
        case pending
        case awaited(CheckedContinuation<InferenceResponse, any Error>)
        case finished(Result<InferenceResponse, any Error>)
        case told
    }

    /// The request.
    package let request: InferenceRequest
    /// A number of its own.
    let id: UInt64
    /// How many inferences it counts for.
    let size: Int
    /// When it came, in nanoseconds.
    let arrival: UInt64
    /// Its place in a trace that is recorded; nil for none.
    let trace: RequestTrace?
    private let state = Mutex(State.pending)
    private static let ids = Atomic<UInt64>(0)

    init(_ request: InferenceRequest, size: Int, arrival: UInt64, trace: RequestTrace? = nil) {
        self.trace = trace
        self.request = request
        self.size = size
        self.arrival = arrival
        self.id = Self.ids.add(1, ordering: .relaxed).newValue
    }

    /// Whether it has ended: it was answered, refused or cancelled.
    var isOver: Bool {
        self.state.withLock { state in
            switch state {
            case .pending, .awaited: false
            case .finished, .told: true
            }
        }
    }

    /// Ends the request; false where it has ended already, because it was cancelled.
    @discardableResult
    func finish(_ result: Result<InferenceResponse, any Error>) -> Bool {
        let (isFirst, waiter) = self.state.withLock {
            state -> (Bool, CheckedContinuation<InferenceResponse, any Error>?) in
            switch state {
            case .pending:
                state = .finished(result)
                return (true, nil)
            case .awaited(let continuation):
                state = .told
                return (true, continuation)
            case .finished, .told: return (false, nil)
            }
        }
        // What ends badly before it is run has only waited.
        if let trace, isFirst, case .failure(let error) = result { trace.leaveQueue(refused: error) }
        waiter?.resume(with: result)
        return isFirst
    }

    /// Waits for the answer, once.
    ///
    /// - Parameter onCancel: Takes the request out of its queue.
    /// - Throws: What the request ended with, or `CancellationError`.
    func value(onCancel: @escaping @Sendable () -> Void) async throws -> InferenceResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = self.state.withLock { state -> Result<InferenceResponse, any Error>? in
                    switch state {
                    case .pending, .awaited:
                        state = .awaited(continuation)
                        return nil
                    case .finished(let result):
                        state = .told
                        return result
                    case .told: return .failure(CancellationError())
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            onCancel()
            self.finish(.failure(CancellationError()))
        }
    }
}
