// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
package import HummingbirdCore
package import Logging
package import ServerTLS

extension HTTPServerBuilder {
    /// Answers clients within limits: HTTP/1.1, or with encryption HTTP/2, too, where clients choose it.
    package static func clients(_ limits: LiveLimits, _ tls: TLSContexts?) -> HTTPServerBuilder {
        self.clients(limits, tls, atOnce: nil)
    }

    /// The same, with replies that no task is needed for, over HTTP/1.1.
    static func clients(
        _ limits: LiveLimits, _ tls: TLSContexts?, atOnce replies: ImmediateReplies?
    ) -> HTTPServerBuilder {
        let turns = replies.map(ImmediateTurns.init)
        return HTTPServerBuilder { responder in
            let connection = ClientConnection(responder: responder, limits: limits, turns: turns)
            guard let tls else { return connection }
            return SecureConnection(http1: connection, tls: tls)
        }
    }
}

extension ApplicationConfiguration {
    /// Listens on a port for as many clients as limits allow.
    package static func clients(host: String, port: Int, _ limits: LiveLimits, logger: Logger) -> Self {
        ApplicationConfiguration(
            address: .hostname(host, port: port),
            // Those who come together wait to be accepted; what the kernel has no place for comes again seconds later.
            backlog: limits.connections, availableConnectionsDelegate: ConnectionBound(limits: limits))
    }
}

extension ServerLimits {
    /// How many connections are accepted in one turn of an event loop.
    package var acceptedTogether: UInt { UInt(max(1, min(256, self.connections / 16))) }
}

/// Bounds how many connections there are at a time.
private struct ConnectionBound: AvailableConnectionsDelegate {
    let limits: LiveLimits
    private var open = 0

    init(limits: LiveLimits) { self.limits = limits }

    mutating func connectionOpened() { self.open += 1 }

    mutating func connectionClosed() { self.open -= 1 }

    func isAcceptingNewConnections() -> Bool { self.open < self.limits.connections }
}
