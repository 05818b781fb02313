// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import EventMessaging
internal import LLMCore
internal import Synchronization

/// What a consumer of JetStream sends when it is asked: messages, then perhaps a word of the server that there are no more.
///
/// A subject of its own for each request tells words that come late from those of the request under way.
final class NATSPull: Sendable {
    /// Something that came.
    private enum Arrival: Sendable {
        case message(NATSMessage)
        /// The server has no more for a request.
        case end(request: Int)
    }

    private struct State {
        var arrivals = Deque<Arrival>()
        var reader: CheckedContinuation<Void, Never>?
        var request = 0
        var stop: (@Sendable () -> Void)?
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let prefix: String
    private let connection: NATSConnection

    /// Subscribes to what the server will send.
    init(_ api: JetStreamAPI) async throws {
        self.prefix = api.inbox.freshSubject
        self.connection = api.connection
        let stop = try await api.connection.subscribe("\(self.prefix).*") { [weak self] message in
            self?.take(message)
        } end: { [weak self] _ in
            self?.end()
        }
        self.state.withLock { $0.stop = stop }
    }

    deinit { self.state.withLock { $0.stop.take() }?() }

    private func take(_ message: NATSMessage) {
        let arrival: Arrival
        if message.status != nil {
            // 100 is a sign of life; others end a request.
            guard message.status != 100, let number = message.subject.split(separator: ".").last.flatMap({ Int($0) })
            else { return }
            arrival = .end(request: number)
        } else {
            arrival = .message(message)
        }
        self.state.withLock { state in
            state.arrivals.append(arrival)
            return state.reader.take()
        }?.resume()
    }

    private func end() {
        self.state.withLock { state in
            state.hasEnded = true
            return state.reader.take()
        }?.resume()
    }

    // MARK: - Requests

    /// Asks a consumer once, unless something has come already.
    ///
    /// - Parameter waiting: How long the server waits for messages; nil for not at all.
    /// - Returns: Messages with their places; none where there are none in time.
    func request(
        _ count: Int, of stream: String, _ consumer: String, waiting: Duration?
    ) async throws -> [(message: NATSMessage, delivery: DeliveryPlace)] {
        var taken: [(message: NATSMessage, delivery: DeliveryPlace)] = []
        _ = try self.take(count, into: &taken, request: nil)
        guard taken.isEmpty else { return taken }
        let number = self.state.withLock { state in
            state.request += 1
            return state.request
        }
        let request: JSONValue =
            if let waiting {
                ["batch": .integer(count), "expires": .integer(max(1_000_000, waiting.nanoseconds))]
            } else {
                ["batch": .integer(count), "no_wait": true]
            }
        try await self.connection.publish(
            NATSMessage(
                subject: "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)", replyTo: "\(self.prefix).\(number)",
                data: Array(request.serialized().utf8)))
        let clock = ContinuousClock()
        let end = clock.now + (waiting ?? .zero) + .seconds(1)
        while case let left = end - clock.now, left > .zero {
            if try self.take(count, into: &taken, request: number) { break }
            try await self.arrival(within: left)
            try Task.checkCancellation()
        }
        return taken
    }

    /// Takes what has come.
    ///
    /// - Returns: Whether that is all that the request gives.
    private func take(
        _ count: Int, into taken: inout [(message: NATSMessage, delivery: DeliveryPlace)], request: Int?
    ) throws -> Bool {
        while taken.count < count, let arrival = try self.next() {
            switch arrival {
            case .end(let number): if number == request { return true }
            case .message(let message):
                guard let place = DeliveryPlace(message.replyTo) else { continue }
                taken.append((message, place))
                if place.pending == 0 { return true }
            }
        }
        return taken.count >= count
    }

    /// What has come and not been taken.
    private func next() throws -> Arrival? {
        try self.state.withLock { state in
            if let arrival = state.arrivals.popFirst() { return arrival }
            if state.hasEnded { throw EventError.busClosed }
            return nil
        }
    }

    /// Waits until something has come, or for some time.
    private func arrival(within time: Duration) async throws {
        let clock = ContinuousClock()
        _ = try await race(against: { try await clock.sleep(for: time) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state in
                        guard state.arrivals.isEmpty, !state.hasEnded, !Task.isCancelled else { return true }
                        state.reader = continuation
                        return false
                    }
                    if isOver { continuation.resume() } else if Task.isCancelled { self.wake() }
                }
            } onCancel: {
                self.wake()
            }
        }
    }

    private func wake() { self.state.withLock { $0.reader.take() }?.resume() }
}
