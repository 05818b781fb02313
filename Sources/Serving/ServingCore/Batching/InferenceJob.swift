// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A request on its way through a queue, with whoever waits for its answer.
package final class InferenceJob: Sendable {
    /// Is told how a request ended, on the thread that ended it.
    package typealias Observer = @Sendable (Result<InferenceResponse, any Error>) -> Void

    private enum State {
        case pending
        case awaited(CheckedContinuation<InferenceResponse, any Error>)
        case observed(Observer)
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
    /// Its place in a trace that is recorded; nil for none.
    let trace: RequestTrace?
    private let state = Mutex(State.pending)
    private static let ids = Atomic<UInt64>(0)

    init(_ request: InferenceRequest, size: Int, shape: Int, arrival: UInt64, trace: RequestTrace? = nil) {
        self.trace = trace
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
            case .pending, .awaited, .observed: false
            case .finished, .told: true
            }
        }
    }

    /// Ends the request; false where it has ended already, because it was cancelled.
    @discardableResult
    func finish(_ result: Result<InferenceResponse, any Error>) -> Bool {
        let last = self.state.withLock { state in
            defer {
                switch state {
                case .pending: state = .finished(result)
                case .awaited, .observed: state = .told
                case .finished, .told: break
                }
            }
            return state
        }
        if case .finished = last { return false }
        if case .told = last { return false }
        // What ends badly before it is run has only waited.
        if let trace, case .failure(let error) = result { trace.leaveQueue(refused: error) }
        if case .awaited(let continuation) = last { continuation.resume(with: result) }
        if case .observed(let observer) = last { observer(result) }
        return true
    }

    /// Tells somebody, once, what the request has ended with, or has ended with already; instead of ``value(onCancel:)``.
    func observe(_ observer: @escaping Observer) {
        let result = self.state.withLock { state -> Result<InferenceResponse, any Error>? in
            switch state {
            case .pending: state = .observed(observer)
            case .finished(let result):
                state = .told
                return result
            case .awaited, .observed, .told: break
            }
            return nil
        }
        if let result { observer(result) }
    }

    /// Forgets who was to be told: the request was refused, and goes another way.
    func forget() { self.state.withLock { $0 = .told } }

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
                    case .told, .observed: return .failure(CancellationError())
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
