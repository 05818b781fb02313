// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import Synchronization

/// What the library tells of connections, by numbers: a notice that comes late finds nobody, and does no harm.
enum NATSNotices {
    /// What has happened to a connection.
    enum Notice: Sendable {
        case disconnected
        case reconnected
        case closed
        case failed(Int32)
    }

    private struct State {
        var listeners: [Int: @Sendable (Notice) -> Void] = [:]
        var nextNumber = 1
    }

    private static let state = Mutex(State())

    /// Sets who is told of the connection that is made with some options.
    ///
    /// - Returns: The number to forget it by.
    static func listen(
        _ options: OpaquePointer, _ table: cnats_library, _ listener: @escaping @Sendable (Notice) -> Void
    ) -> Int {
        let number = Self.state.withLock { state in
            defer { state.nextNumber += 1 }
            state.listeners[state.nextNumber] = listener
            return state.nextNumber
        }
        let closure = UnsafeMutableRawPointer(bitPattern: number)
        _ = table.on_disconnect(options, { _, closure in NATSNotices.tell(closure, .disconnected) }, closure)
        _ = table.on_reconnect(options, { _, closure in NATSNotices.tell(closure, .reconnected) }, closure)
        _ = table.on_close(options, { _, closure in NATSNotices.tell(closure, .closed) }, closure)
        _ = table.on_error(options, { _, _, status, closure in NATSNotices.tell(closure, .failed(status)) }, closure)
        return number
    }

    static func forget(_ number: Int) {
        Self.state.withLock { state in _ = state.listeners.removeValue(forKey: number) }
    }

    private static func tell(_ closure: UnsafeMutableRawPointer?, _ notice: Notice) {
        let listener = Self.state.withLock { $0.listeners[Int(bitPattern: closure)] }
        listener?(notice)
    }
}
