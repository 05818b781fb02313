// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import Dispatch
internal import EventMessaging
internal import LLMCore
internal import Synchronization

/// A connection to NATS that comes back by itself, with what was published meanwhile.
final class NATSConnection: Sendable {
    private struct State {
        /// nil when it is closed; kept as a number, since pointers do not cross tasks.
        var connection: UInt?
        var loop: UInt?
        var listener = 0
        var receivers: [Int: (receiver: NATSReceiver, end: @Sendable ((any Error)?) -> Void)] = [:]
        var nextNumber = 0
        var isClosing = false
        var closing: [CheckedContinuation<Void, Never>] = []
        var hasClosed = false
        var lastChange: ContinuousClock.Instant?
    }

    /// How many bytes may wait for the network while there is a connection.
    private static let writeLimit = 8 << 20
    /// After how many bytes it is looked how many wait.
    private static let lookEvery = 1 << 18

    let library: NATSLibrary
    let configuration: NATSConfiguration
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "open-autoglm.nats")
    private let unlooked = Atomic(0)
    private let onNotice: @Sendable (NATSNotices.Notice) -> Void

    /// Prepares a connection.
    ///
    /// - Parameters:
    ///   - configuration: Where to, and as whom.
    ///   - onNotice: Told what happens to it.
    init(_ configuration: NATSConfiguration, onNotice: @escaping @Sendable (NATSNotices.Notice) -> Void) throws {
        self.library = try NATSLibrary.shared
        self.configuration = configuration
        self.onNotice = onNotice
    }

    /// Does what blocks, one after the other.
    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            self.queue.async { continuation.resume(returning: work()) }
        }
    }

    // MARK: - Beginning

    /// Connects.
    ///
    /// - Throws: ``EventError`` with code `.refused` or `.unavailable`.
    func connect() async throws {
        let secrets = try self.configuration.credentials.read()
        let failure = await self.blocking { self.connectNow(secrets) }
        if let failure { throw failure }
    }

    private func connectNow(_ secrets: NATSSecrets) -> EventError? {
        let table = self.library.table
        var created: OpaquePointer?
        guard table.create_options(&created) == CNATS_OK.status, let options = created else {
            return EventError(.unavailable, "There is no memory for a connection to NATS.")
        }
        defer { table.destroy_options(options) }
        if let failure = self.configuration.apply(to: options, secrets, self.library) { return failure }
        let listener = NATSNotices.listen(options, table) { [weak self] in self?.noticed($0) }
        guard let loop = cnats_loop_create(self.library.functions, options) else {
            NATSNotices.forget(listener)
            return EventError(.unavailable, "The system has no more threads for a connection to NATS.")
        }
        var connection: OpaquePointer?
        let status = table.connect(&connection, options)
        guard status == CNATS_OK.status, let connection else {
            NATSNotices.forget(listener)
            cnats_loop_destroy(loop)
            return self.configuration.failure(status, self.library)
        }
        self.state.withLock { state in
            state.connection = UInt(bitPattern: connection)
            state.loop = UInt(bitPattern: loop)
            state.listener = listener
        }
        return nil
    }

    private func noticed(_ notice: NATSNotices.Notice) {
        if case .closed = notice {
            let (receivers, closing, isWanted) = self.state.withLock { state in
                state.hasClosed = true
                defer {
                    state.receivers.removeAll()
                    state.closing.removeAll()
                }
                return (Array(state.receivers.values), state.closing, state.isClosing)
            }
            let error = EventError(
                .refused,
                "NATS at \(self.configuration.place) has ended the connection for good; look at its credentials.")
            for (_, end) in receivers { end(isWanted ? nil : error) }
            for continuation in closing { continuation.resume() }
        }
        if case .failed = notice {} else { self.state.withLock { $0.lastChange = .now } }
        // That a connection goes which was closed is no news.
        if case .disconnected = notice, self.state.withLock({ $0.isClosing }) { return }
        self.onNotice(notice)
    }

    /// When the connection was lost or came back last; nil where it was always there.
    var lastChange: ContinuousClock.Instant? { self.state.withLock { $0.lastChange } }

    // MARK: - Publishing

    /// Publishes a message.
    ///
    /// - Throws: ``EventError``; nothing was published then.
    func publish(_ message: NATSMessage) async throws { try await self.publish([message]) }

    /// Publishes messages with nothing of others between them.
    ///
    /// - Throws: ``EventError``; those before the one that it is about were published then.
    func publish(_ messages: [NATSMessage]) async throws {
        try self.publishNow(messages)
        let size = messages.reduce(0) { $0 + $1.data.count + 128 }
        guard self.unlooked.add(size, ordering: .relaxed).newValue > Self.lookEvery else { return }
        self.unlooked.store(0, ordering: .relaxed)
        // Slower networks hold up whoever publishes, not the memory.
        while let waiting = self.buffered, waiting > Self.writeLimit {
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
    }

    private func publishNow(_ messages: [NATSMessage]) throws {
        let library = self.library
        let refused = try self.withConnection { connection -> (status: Int32, message: NATSMessage)? in
            for message in messages {
                let status = message.withPointer(library) { library.table.publish(connection, $0) }
                if status != CNATS_OK.status { return (status, message) }
            }
            return nil
        }
        if let refused { throw self.failure(refused.status, refused.message) }
    }

    /// How many bytes wait for the network; nil while there is none.
    private var buffered: Int? {
        let table = self.library.table
        return try? self.withConnection { connection in
            table.status(connection) == CNATS_IS_CONNECTED.status ? Int(table.buffered(connection)) : nil
        } ?? nil
    }

    private func failure(_ status: Int32, _ message: NATSMessage) -> EventError {
        switch cnats_constant(UInt32(bitPattern: status)) {
        case CNATS_MAX_PAYLOAD:
            let most = (try? self.withConnection { self.library.table.maximum_payload($0) }) ?? 0
            return EventError(
                .tooLarge,
                """
                The event has \(message.data.count) bytes, and the server takes \(most); put the contents elsewhere \
                and send their place, or raise max_payload.
                """)
        case CNATS_INSUFFICIENT_BUFFER:
            return EventError(
                .unavailable,
                """
                NATS at \(self.configuration.place) cannot be reached, and \(self.configuration.reconnectBuffer) bytes \
                wait for it already; publish again later.
                """)
        case CNATS_CONNECTION_CLOSED, CNATS_DRAINING: return .busClosed
        default: return EventError(.unavailable, "NATS did not take an event: \(self.library.text(status)).")
        }
    }

    /// Lends the connection; it is not destroyed meanwhile.
    private func withConnection<Value: Sendable>(_ work: (OpaquePointer) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            guard !state.isClosing, let connection = state.connection.flatMap({ OpaquePointer(bitPattern: $0) }) else {
                throw EventError.busClosed
            }
            return try work(connection)
        }
    }

    // MARK: - Subscribing

    /// Subscribes; the server knows of it when this returns.
    ///
    /// - Parameters:
    ///   - receive: Given each message, in order, on a thread of the library; it must not wait.
    ///   - end: Called when the connection ends, with the reason where nobody has closed it.
    /// - Returns: What ends it.
    func subscribe(
        _ subject: String, group: String? = nil, _ receive: @escaping @Sendable (NATSMessage) -> Void,
        end: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) async throws -> @Sendable () -> Void {
        let receiver = NATSReceiver(self.library, receive)
        let number = self.state.withLock { state in
            state.nextNumber += 1
            state.receivers[state.nextNumber] = (receiver, end)
            return state.nextNumber
        }
        let stop: @Sendable () -> Void = { [weak self] in
            self?.state.withLock { state in _ = state.receivers.removeValue(forKey: number) }
            receiver.end()
        }
        do {
            let status = try self.withConnection { receiver.subscribe($0, subject, group: group) }
            guard status == CNATS_OK.status else {
                throw EventError(.refused, "NATS did not subscribe to '\(subject)': \(self.library.text(status)).")
            }
            try await self.flushSubscriptions()
        } catch {
            stop()
            throw error
        }
        return stop
    }

    /// Waits until the server has taken what was published and subscribed.
    ///
    /// - Throws: ``EventError`` with code `.unavailable` where it does not answer in time, or goes meanwhile.
    func flush() async throws {
        try self.check(await self.flushed(within: self.configuration.timeLimit))
    }

    /// Waits until a server knows the subscriptions; one that comes in the place of another is told of them again.
    private func flushSubscriptions() async throws {
        let (clock, time) = (ContinuousClock(), self.configuration.timeLimit)
        let end = clock.now + time
        var status = await self.flushed(within: time)
        while status == CNATS_CONNECTION_DISCONNECTED.status, clock.now < end {
            try await clock.sleep(for: .milliseconds(50))
            status = await self.flushed(within: end - clock.now)
        }
        try self.check(status)
    }

    private func flushed(within time: Duration) async -> Int32 {
        guard let connection = try? self.withConnection({ UInt(bitPattern: $0) }) else {
            return CNATS_CONNECTION_CLOSED.status
        }
        let table = self.library.table
        return await self.blocking {
            // It is destroyed on this queue, so that it is there while this is at work.
            guard self.state.withLock({ $0.connection == connection }),
                let pointer = OpaquePointer(bitPattern: connection)
            else { return CNATS_CONNECTION_CLOSED.status }
            return table.flush(pointer, time.milliseconds)
        }
    }

    private func check(_ flushed: Int32) throws {
        switch cnats_constant(UInt32(bitPattern: flushed)) {
        case CNATS_OK: return
        case CNATS_CONNECTION_CLOSED, CNATS_DRAINING: throw EventError.busClosed
        default:
            throw EventError(
                .unavailable,
                "NATS at \(self.configuration.place) did not answer: \(self.library.text(flushed)). Is it running?")
        }
    }

    // MARK: - Ending

    /// Drains: what was received is delivered and what was published is sent; then it is closed.
    func close() async {
        let isFirst = self.state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing && state.connection != nil
        }
        guard isFirst else { return await self.closed() }
        let (table, time) = (self.library.table, self.configuration.timeLimit)
        await self.blocking {
            guard let connection = self.state.withLock({ $0.connection }).flatMap({ OpaquePointer(bitPattern: $0) })
            else { return }
            if table.drain(connection, time.milliseconds) != CNATS_OK.status { table.close(connection) }
        }
        await self.closed()
        await self.blocking { self.destroy() }
    }

    private func closed() async {
        await withCheckedContinuation { continuation in
            let isOver = self.state.withLock { state in
                guard !state.hasClosed, state.connection != nil else { return true }
                state.closing.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func destroy() {
        let (connection, loop, listener) = self.state.withLock { state in
            defer { (state.connection, state.loop) = (nil, nil) }
            return (state.connection, state.loop, state.listener)
        }
        NATSNotices.forget(listener)
        if let loop = loop.flatMap({ OpaquePointer(bitPattern: $0) }) { cnats_loop_destroy(loop) }
        if let connection = connection.flatMap({ OpaquePointer(bitPattern: $0) }) {
            self.library.table.destroy(connection)
        }
    }

    deinit {
        // Notices of a connection that nobody has find nobody.
        for (_, end) in self.state.withLock({ Array($0.receivers.values) }) { end(nil) }
        if let connection = self.state.withLock({ $0.connection }).flatMap({ OpaquePointer(bitPattern: $0) }) {
            self.library.table.close(connection)
            self.destroy()
        }
    }
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var milliseconds: Int64 { max(1, Int64(self / .milliseconds(1))) }
    /// Whole nanoseconds.
    var nanoseconds: Int { Int(self / .nanoseconds(1)) }
}
