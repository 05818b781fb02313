// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Carries pieces from one task to another that may be behind by a few.
///
/// A reader never takes the end of a failed or cancelled sender for the end of the pieces: nil comes only after ``end()``.
final class PieceChannel: Sendable {
    private struct State {
        var pieces: [JSONValue] = []
        var hasEnded = false
        /// Whether nobody reads any more.
        var isAbandoned = false
        var sender: (piece: JSONValue, continuation: CheckedContinuation<Void, any Error>)?
        var reader: CheckedContinuation<JSONValue?, any Error>?
    }

    /// How many pieces may wait for the reader.
    static let capacity = 16

    private let state = Mutex(State())

    /// Hands over a piece; waits while too many wait already.
    ///
    /// What is sent to a reader that has gone is dropped.
    func send(_ piece: JSONValue) async throws {
        try Task.checkCancellation()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.send(piece, $0) }
        } onCancel: {
            self.state.withLock { $0.sender.take() }?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Says that no more pieces come.
    func end() {
        self.state.withLock { state in
            state.hasEnded = true
            return state.reader.take()
        }?.resume(returning: nil)
    }

    /// Says that nobody reads any more.
    func abandon() {
        self.state.withLock { state in
            state.isAbandoned = true
            state.pieces = []
            return state.sender.take()
        }?.continuation.resume()
    }

    /// The next piece; nil after the last.
    func next() async throws -> JSONValue? {
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.read($0) }
        } onCancel: {
            self.state.withLock { $0.reader.take() }?.resume(throwing: CancellationError())
        }
    }

    // MARK: - Steps under the lock

    private func send(_ piece: JSONValue, _ continuation: CheckedContinuation<Void, any Error>) {
        enum Step { case done, handOver(CheckedContinuation<JSONValue?, any Error>), cancelled, wait }
        let step = self.state.withLock { state -> Step in
            if state.isAbandoned { return .done }
            if let reader = state.reader.take() { return .handOver(reader) }
            if state.pieces.count < Self.capacity {
                state.pieces.append(piece)
                return .done
            }
            // Whoever cancels after this finds the sender.
            if Task.isCancelled { return .cancelled }
            state.sender = (piece, continuation)
            return .wait
        }
        switch step {
        case .done: continuation.resume()
        case .handOver(let reader):
            reader.resume(returning: piece)
            continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .wait: break
        }
    }

    private func read(_ continuation: CheckedContinuation<JSONValue?, any Error>) {
        enum Step { case piece(JSONValue?, freed: CheckedContinuation<Void, any Error>?), cancelled, wait }
        let step = self.state.withLock { state -> Step in
            if !state.pieces.isEmpty {
                let piece = state.pieces.removeFirst()
                guard let sender = state.sender.take() else { return .piece(piece, freed: nil) }
                state.pieces.append(sender.piece)
                return .piece(piece, freed: sender.continuation)
            }
            if state.hasEnded { return .piece(nil, freed: nil) }
            if Task.isCancelled { return .cancelled }
            state.reader = continuation
            return .wait
        }
        switch step {
        case .piece(let piece, let freed):
            freed?.resume()
            continuation.resume(returning: piece)
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .wait: break
        }
    }
}
