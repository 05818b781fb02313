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
    /// Requests run together only where this is equal.
    let shape: Int
    /// When it came, in nanoseconds.
    let arrival: UInt64
    private let state = Mutex(State.pending)
    private static let ids = Atomic<UInt64>(0)

    init(_ request: InferenceRequest, size: Int, shape: Int, arrival: UInt64) {
        self.request = request
        self.size = size
        self.shape = shape
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
        waiter?.resume(with: result)
        return isFirst
    }

    /// Takes what the request has ended with, once; nil while it has not.
    func takeResult() -> Result<InferenceResponse, any Error>? {
        self.state.withLock { state in
            guard case .finished(let result) = state else { return nil }
            state = .told
            return result
        }
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
