// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Limits that may change while a server runs: for the next connection, and the next request of each.
@dynamicMemberLookup
package final class LiveLimits: Sendable {
    private let state: Mutex<ServerLimits>

    /// Begins with some limits.
    package init(_ limits: ServerLimits = ServerLimits()) { self.state = Mutex(limits) }

    /// The limits as they are now.
    package var current: ServerLimits { self.state.withLock { $0 } }

    /// One of them as it is now.
    package subscript<Value>(dynamicMember member: KeyPath<ServerLimits, Value>) -> Value {
        self.current[keyPath: member]
    }

    /// Takes other limits.
    package func replace(_ limits: ServerLimits) { self.state.withLock { $0 = limits } }
}
