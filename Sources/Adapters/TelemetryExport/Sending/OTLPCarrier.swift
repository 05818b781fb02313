// SPDX-License-Identifier: Apache-2.0

internal import Observability
internal import SwiftProtobuf

/// Brings messages to a receiver.
protocol OTLPCarrier: Sendable {
    /// Sends a message once.
    ///
    /// - Returns: What the receiver did not take.
    /// - Throws: ``OTLPRefusal`` that says whether to try again; `CancellationError`.
    func send(
        _ message: some SwiftProtobuf.Message, of signal: OTLPSettings.Signal
    ) async throws -> OTLP_PartialSuccess

    /// Holds connections while work is done.
    func connected(_ work: @escaping @Sendable () async throws -> Void) async throws
}

/// A message did not arrive, or was not taken.
struct OTLPRefusal: Error {
    /// Whether another attempt may end better.
    var isTransient: Bool
    /// How long the receiver wants to be left alone.
    var retryAfter: Duration?
    /// What happened.
    var message: String
}
