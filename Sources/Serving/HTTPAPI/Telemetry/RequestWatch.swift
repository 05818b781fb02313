// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Observability

/// Watches the requests of a server, whoever answers them.
final class RequestWatch: Sendable {
    let telemetry: Telemetry
    let log: RequestLog
    /// `http`, or `https` where connections are encrypted.
    let scheme: String

    init(telemetry: Telemetry, log: RequestLog, scheme: String) {
        (self.telemetry, self.log, self.scheme) = (telemetry, log, scheme)
    }

    /// Begins to watch a request.
    func begin(_ head: HTTPRequest) -> TracedExchange { TracedExchange(head, self) }
}
