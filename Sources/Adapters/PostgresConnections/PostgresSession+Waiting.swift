// SPDX-License-Identifier: Apache-2.0

internal import CPostgres
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

extension PostgresSession {
    /// How long a wait may last before it looks whether the task was cancelled, in milliseconds.
    private static let turn: Int32 = 20
    /// How long a connection may take to come about.
    private static let connectLimit = Duration.seconds(30)

    /// Waits until the connection stands.
    ///
    /// - Throws: ``PostgresError`` with code `.connectionFailed`, `CancellationError`.
    func connect() throws {
        let end = ContinuousClock.now + Self.connectLimit
        var state = Int32(CPQ_POLLING_WRITING.rawValue)
        while state != CPQ_POLLING_OK.rawValue {
            let hasSocket = self.library.socket(self.connection) >= 0
            guard state != CPQ_POLLING_FAILED.rawValue, hasSocket, ContinuousClock.now < end else {
                throw PostgresError(.connectionFailed, "Cannot connect to \(self.name): \(self.message)")
            }
            if try self.wait(forWriting: state == CPQ_POLLING_WRITING.rawValue) {
                state = self.library.connect_poll(self.connection)
            }
        }
        guard self.library.set_nonblocking(self.connection, 1) == 0 else { throw self.broken() }
    }

    /// Waits for the next result of the statement; nil is its end.
    ///
    /// - Parameter limit: About how many bytes a row may have; libpq gives it out only when all of it has come.
    /// - Throws: ``PostgresError`` with code `.interrupted` or `.tooLarge`, `CancellationError`.
    func nextResult(within limit: Int) throws -> OpaquePointer? {
        var arrived = 0
        while true {
            let unsent = self.library.flush(self.connection)
            guard unsent >= 0 else { throw self.broken() }
            if unsent == 0, self.library.is_busy(self.connection) == 0 {
                return self.library.next_result(self.connection)
            }
            // While it waits to send, it must take what the server sends, or both would wait for each other.
            guard try self.wait(forWriting: unsent == 1, forReading: true) else { continue }
            arrived += self.waitingBytes
            guard arrived <= limit else { throw Self.tooLarge }
            guard self.library.consume_input(self.connection) == 1 else { throw self.broken() }
        }
    }

    /// The error of an answer that would fill the memory.
    static var tooLarge: PostgresError {
        PostgresError(.tooLarge, "The answer is too large; ask for fewer columns or rows.")
    }

    /// How many bytes have arrived that libpq has not taken yet.
    private var waitingBytes: Int {
        var count: Int32 = 0
        return ioctl(self.library.socket(self.connection), UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Waits a little until the socket can be used.
    ///
    /// - Returns: Whether it can.
    private func wait(forWriting: Bool, forReading: Bool? = nil) throws -> Bool {
        if self.isCancelled() { throw CancellationError() }
        let socket = self.library.socket(self.connection)
        guard socket >= 0 else { throw self.broken() }
        let reading = forReading ?? !forWriting
        let events = (forWriting ? POLLOUT : 0) | (reading ? POLLIN : 0)
        var waiting = pollfd(fd: socket, events: Int16(events), revents: 0)
        return poll(&waiting, 1, Self.turn) > 0
    }
}
