// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import EventMessaging
internal import LLMCore
internal import Synchronization

/// What a consumer of JetStream sends when it is asked: messages, then perhaps a word of the server that there are no more.
///
/// A subject of its own for each request tells words that come late from those of the request under way.
final class NATSPull: Sendable {
    private struct State {
        var messages = Deque<(message: NATSMessage, delivery: DeliveryPlace)>()
        /// Requests under way, and whether the server has no more for them.
        var requests: [Int: Bool] = [:]
        /// Those who wait, by their requests, each until as many messages are there as it wants.
        var readers: [Int: (wanted: Int, continuation: CheckedContinuation<Void, Never>)] = [:]
        var lastRequest = 0
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
        guard message.status != nil else {
            guard let place = DeliveryPlace(message.replyTo) else { return }
            // Any of the requests may take it. Whoever wants more is not woken for each: that costs more than the message.
            return self.wake { state in
                state.messages.append((message, place))
                return state.readers.filter { place.pending == 0 || $0.value.wanted <= state.messages.count }.map(\.key)
            }
        }
        // 100 is a sign of life; others end a request.
        guard message.status != 100, let number = message.subject.split(separator: ".").last.flatMap({ Int($0) })
        else { return }
        self.wake { state in
            guard state.requests[number] != nil else { return [] }
            state.requests[number] = true
            return [number]
        }
    }

    private func end() {
        self.wake { state in
            state.hasEnded = true
            return Array(state.readers.keys)
        }
    }

    /// Changes what requests see, and wakes those that the change is of interest to.
    private func wake(_ change: (inout State) -> [Int]) {
        let readers = self.state.withLock { state in
            change(&state).compactMap { state.readers.removeValue(forKey: $0)?.continuation }
        }
        for reader in readers { reader.resume() }
    }

    // MARK: - Requests

    /// Asks a consumer once, unless something has come already.
    ///
    /// - Parameter waiting: How long the server waits for messages; nil for not at all.
    /// - Returns: Messages with their places; none where there are none in time.
    func request(
        _ count: Int, of stream: String, _ consumer: String, waiting: Duration?
    ) async throws -> [(message: NATSMessage, delivery: DeliveryPlace)] {
        let number = self.state.withLock { state in
            state.lastRequest += 1
            state.requests[state.lastRequest] = false
            return state.lastRequest
        }
        defer { self.state.withLock { state in _ = state.requests.removeValue(forKey: number) } }
        var taken: [(message: NATSMessage, delivery: DeliveryPlace)] = []
        _ = try self.take(count, into: &taken, request: number)
        guard taken.isEmpty else { return taken }
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
        while try !self.take(count, into: &taken, request: number), case let left = end - clock.now, left > .zero {
            try await self.arrival(of: count - taken.count, for: number, within: left)
            try Task.checkCancellation()
        }
        return taken
    }

    /// Takes what has come.
    ///
    /// - Returns: Whether that is all that the request gives.
    private func take(
        _ count: Int, into taken: inout [(message: NATSMessage, delivery: DeliveryPlace)], request: Int
    ) throws -> Bool {
        while taken.count < count {
            let (next, isOver) = try self.next(for: request)
            guard let next else { return isOver }
            taken.append(next)
            if next.delivery.pending == 0 { return true }
        }
        return true
    }

    /// A message that has come and not been taken, and whether the server has no more for a request.
    private func next(
        for request: Int
    ) throws -> (next: (message: NATSMessage, delivery: DeliveryPlace)?, isOver: Bool) {
        try self.state.withLock { state in
            if let next = state.messages.popFirst() { return (next, false) }
            if state.hasEnded { throw EventError.busClosed }
            return (nil, state.requests[request] ?? true)
        }
    }

    /// Waits until so many messages have come, or the last that there are, or for some time.
    private func arrival(of wanted: Int, for request: Int, within time: Duration) async throws {
        let clock = ContinuousClock()
        _ = try await race(against: { try await clock.sleep(for: time) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state in
                        guard state.messages.count < wanted, state.messages.last?.delivery.pending != 0,
                            !state.hasEnded, state.requests[request] == false, !Task.isCancelled
                        else { return true }
                        state.readers[request] = (wanted, continuation)
                        return false
                    }
                    if isOver { continuation.resume() } else if Task.isCancelled { self.wake { _ in [request] } }
                }
            } onCancel: {
                self.wake { _ in [request] }
            }
        }
    }
}
