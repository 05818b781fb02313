// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Observability

/// Watches the requests of a server, whoever answers them.
struct RequestWatch: Sendable {
    let telemetry: Telemetry
    let log: RequestLog
    /// `http`, or `https` where connections are encrypted.
    let scheme: String

    /// Begins to watch a request.
    func begin(_ head: HTTPRequest) -> TracedExchange { TracedExchange(head, self) }
}
