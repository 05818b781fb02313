// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

/// The connections of a server, which end with it.
///
/// The transport waits for every call, also for one that its client never completes, and forgets connections that come while it ends.
final class LiveConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Takes a connection that was accepted.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isClosed = self.state.withLock { state in
            if !state.isClosed { state.channels[id] = channel }
            return state.isClosed
        }
        if isClosed { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in _ = state.channels.removeValue(forKey: id) }
        }
    }

    /// Ends all connections, and those that are still to come.
    func close() {
        let channels = self.state.withLock { state in
            state.isClosed = true
            defer { state.channels.removeAll() }
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
