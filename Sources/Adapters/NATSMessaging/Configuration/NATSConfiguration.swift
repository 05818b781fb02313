// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import EventMessaging
internal import LLMCore

/// Where a NATS server is, as whom to come, and how long to wait for it.
public struct NATSConfiguration: Sendable, Hashable {
    /// The servers, as `host:port`; the first that answers is taken.
    public var servers: [String]
    /// As whom to come.
    public var credentials: NATSCredentials
    /// Encryption; nil for none.
    public var tls: NATSTLS?
    /// What the server calls the connection in its reports.
    public var name: String
    /// How long to wait for a connection, an acknowledgement or an end.
    public var timeLimit: Duration
    /// How long to wait before coming back to a server that was lost.
    public var reconnectWait: Duration
    /// How many bytes of events may wait while there is no connection.
    public var reconnectBuffer: Int

    /// Says where a server is.
    public init(
        servers: [String], credentials: NATSCredentials = .none, tls: NATSTLS? = nil, name: String = "autoglm",
        timeLimit: Duration = .seconds(10), reconnectWait: Duration = .milliseconds(250),
        reconnectBuffer: Int = 8 << 20
    ) {
        self.servers = servers
        self.credentials = credentials
        self.tls = tls
        self.name = name
        self.timeLimit = timeLimit
        self.reconnectWait = reconnectWait
        self.reconnectBuffer = reconnectBuffer
    }

    /// The servers, for messages.
    var place: String { self.servers.joined(separator: ",") }

    /// Gives everything to the library.
    ///
    /// - Returns: What the library refuses.
    func apply(to options: OpaquePointer, _ secrets: NATSSecrets, _ library: NATSLibrary) -> EventError? {
        let table = library.table
        let scheme = self.tls == nil ? "nats" : "tls"
        var urls = self.servers.map { Array("\(scheme)://\($0)".utf8CString) }
        let servers = urls.withCPointers { table.set_servers(options, $0, Int32(self.servers.count)) }
        let steps: [(String, () -> Int32)] = [
            ("the name", { table.set_name(options, self.name) }),
            ("the time limit", { table.set_timeout(options, self.timeLimit.milliseconds) }),
            ("pings", { table.set_ping_interval(options, 20_000) }),
            ("reconnecting", { table.set_maximum_reconnects(options, -1) }),
            ("the wait", { table.set_reconnect_wait(options, self.reconnectWait.milliseconds) }),
            ("the jitter", { table.set_reconnect_jitter(options, 100, 500) }),
            ("the buffer", { table.set_reconnect_buffer(options, Int32(clamping: self.reconnectBuffer)) }),
            ("delivery", { table.use_delivery_pool(options, true) }),
            ("the credentials", { secrets.apply(to: options, table) }),
            ("encryption", { self.tls?.apply(to: options, table) ?? CNATS_OK.status }),
        ]
        guard servers == CNATS_OK.status else {
            return EventError(.invalidOptions, "'\(self.place)' names no NATS server; write nats://host:4222.")
        }
        for (what, step) in steps {
            let status = step()
            guard status == CNATS_OK.status else {
                return EventError(
                    .refused, "The NATS library refuses \(what): \(library.text(status)). Are the files readable?")
            }
        }
        return nil
    }

    /// Why no connection came about.
    func failure(_ status: Int32, _ library: NATSLibrary) -> EventError {
        let text = library.text(status)
        switch cnats_constant(UInt32(bitPattern: status)) {
        case CNATS_AUTHORIZATION_FAILED, CNATS_NOT_PERMITTED:
            return EventError(.refused, "NATS at \(self.place) refuses the credentials: \(text).")
        case CNATS_SSL_ERROR, CNATS_SECURE_WANTED, CNATS_SECURE_REQUIRED:
            return EventError(
                .refused,
                "The encryption that NATS at \(self.place) and this program want does not fit: \(text). Check tls_ca.")
        default:
            return EventError(.unavailable, "NATS at \(self.place) cannot be reached: \(text). Is it running?")
        }
    }
}

extension [[CChar]] {
    /// Lends the texts to C.
    fileprivate mutating func withCPointers<Value>(_ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        let copies = self.map { text in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
            copy.update(from: text, count: text.count)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        return body(copies.map { UnsafePointer($0) })
    }
}
