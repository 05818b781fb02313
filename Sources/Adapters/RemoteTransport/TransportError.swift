// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of exchanges with other machines.
public enum TransportDomain: ErrorDomain {
    /// The family's name.
    public static let name = "transport"
}

/// An error of exchanges with other machines.
public typealias TransportError = DomainError<TransportDomain>

extension TransportError.Code where Domain == TransportDomain {
    /// The request cannot be sent as it is: its URL or its headers are malformed.
    public static var invalidRequest: Self { "invalid-request" }
    /// No connection came about, so nothing was sent.
    public static var connectionFailed: Self { "connection-failed" }
    /// The other side took too long.
    public static var timedOut: Self { "timed-out" }
    /// The connection broke, or what came is not HTTP, after the request was sent.
    public static var interrupted: Self { "interrupted" }
    /// The answer, a line or an event is larger than allowed.
    public static var tooLarge: Self { "too-large" }
    /// The answer has a status that is no success.
    public static var badStatus: Self { "bad-status" }
    /// A secret is not where it should be.
    public static var missingSecret: Self { "missing-secret" }
    /// What should be certificates of authorities is none.
    public static var invalidCertificates: Self { "invalid-certificates" }
    /// What should be the URL of a proxy is none.
    public static var invalidProxy: Self { "invalid-proxy" }
    /// Nobody who is trusted vouches for the server.
    public static var untrusted: Self { "untrusted" }
    /// Media may not be fetched from there.
    public static var refusedAddress: Self { "refused-address" }
    /// What was fetched is no media that models read.
    public static var unsupportedMedia: Self { "unsupported-media" }
}
