// SPDX-License-Identifier: Apache-2.0

/// How fast a client has to be, once it has begun.
public struct ClientPatience: Sendable, Hashable {
    /// How long the head of a request may take after its first byte.
    public var headTime = Duration.seconds(15)
    /// The bytes of a body that must come in each second, looked at over ``bodyTime``; 0 for any.
    public var bodyBytesPerSecond = 512
    /// How long a body may come more slowly.
    public var bodyTime = Duration.seconds(10)
    /// How long a client may read nothing of what is waiting for it.
    public var readTime = Duration.seconds(30)

    /// The usual patience.
    public init() {}
}

/// Where a connection stands, looked at from time to time rather than at each byte; a value that reads no clock.
package struct ClientPace {
    /// What a client does too slowly.
    package enum Fault: Sendable, Equatable {
        /// It sends the head of a request.
        case head
        /// It sends a body.
        case body
        /// It reads the answer.
        case reading
        /// It asks for nothing more.
        case idle
    }

    private enum Phase: Equatable {
        /// Nothing has come of the next request.
        case idle(since: Int)
        case head(since: Int)
        case body(since: Int, bytes: Int)
        /// The request is there, its answer not yet.
        case answering
    }

    private var phase = Phase.idle(since: 0)
    private var isAnswered = true
    /// Whether something was sent of the answer to the last request.
    private var hasBegun = false
    /// How often it was looked at.
    private var ticks = 0
    private var unreadSince: Int?
    private let headTicks: Int
    private let bodyTicks: Int
    private let readTicks: Int
    private let idleTicks: Int
    private let bodyBytes: Int

    /// How much time is between two looks, for a patience.
    package static func interval(_ patience: ClientPatience) -> Duration {
        let shortest = min(patience.headTime, patience.bodyTime, patience.readTime) / 4
        return min(.seconds(1), max(.milliseconds(10), shortest))
    }

    /// Begins with nothing sent or received.
    ///
    /// - Parameter idleTime: How long a connection may be open without a request.
    package init(_ patience: ClientPatience, idleTime: Duration) {
        let interval = Self.interval(patience)
        func ticks(_ time: Duration) -> Int { max(1, Int((time / interval).rounded(.up))) }
        self.headTicks = ticks(patience.headTime)
        self.bodyTicks = ticks(patience.bodyTime)
        self.readTicks = ticks(patience.readTime)
        self.idleTicks = ticks(idleTime)
        self.bodyBytes = Int(Double(patience.bodyBytesPerSecond) * (patience.bodyTime / .seconds(1)))
    }

    /// Whether an answer can be sent to what comes just now, and not in the middle of another one.
    package var owesAnswer: Bool {
        switch self.phase {
        case .idle, .head: self.isAnswered
        case .body: !self.hasBegun
        case .answering: false
        }
    }

    /// Bytes came.
    package mutating func received(_ bytes: Int) {
        switch self.phase {
        case .idle: self.phase = .head(since: self.ticks)
        case .body(let since, let count): self.phase = .body(since: since, bytes: count + bytes)
        case .head, .answering: break
        }
    }

    /// The head was complete.
    package mutating func readHead() {
        self.phase = .body(since: self.ticks, bytes: 0)
        (self.isAnswered, self.hasBegun) = (false, false)
    }

    /// Something is sent of the answer.
    package mutating func began() { self.hasBegun = true }

    /// The body was complete.
    package mutating func readBody() { self.phase = self.isAnswered ? .idle(since: self.ticks) : .answering }

    /// The answer was given out.
    package mutating func answered() {
        self.isAnswered = true
        if self.phase == .answering { self.phase = .idle(since: self.ticks) }
    }

    /// Looks whether the client is too slow.
    ///
    /// - Parameters:
    ///   - isReading: Whether bytes of the client would be taken.
    ///   - isWritable: Whether the client has taken nearly everything that was sent.
    package mutating func look(isReading: Bool, isWritable: Bool) -> Fault? {
        self.ticks += 1
        if isWritable { self.unreadSince = nil } else { self.unreadSince = self.unreadSince ?? self.ticks }
        if let unreadSince, self.ticks - unreadSince >= self.readTicks { return .reading }
        switch self.phase {
        case .head(let since): return self.ticks - since > self.headTicks ? .head : nil
        case .body(let since, let bytes):
            // Whoever is not asked for bytes sends none.
            guard isReading else {
                self.phase = .body(since: self.ticks, bytes: 0)
                return nil
            }
            guard self.ticks - since > self.bodyTicks else { return nil }
            guard bytes >= self.bodyBytes else { return .body }
            self.phase = .body(since: self.ticks, bytes: 0)
            return nil
        case .idle(let since): return self.ticks - since > self.idleTicks ? .idle : nil
        case .answering: return nil
        }
    }
}
