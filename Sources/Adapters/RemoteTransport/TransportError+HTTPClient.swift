// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import LLMCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// What an error of the HTTP client means.
///
/// - Parameters:
///   - error: What was thrown.
///   - place: The URL, without secrets.
///   - isAnswered: Whether the answer had begun.
func transportError(_ error: any Error, at place: String, isAnswered: Bool) -> any Error {
    guard let error = error as? HTTPClientError else {
        if error is CancellationError { return error }
        if error is KeptConnectionClosed {
            return TransportError(.interrupted, "\(place) closed the connection too early.", cause: error)
        }
        if error is NIOSSLExtraError || (error as? NIOSSLError)?.isAboutTrust == true {
            return TransportError(
                .untrusted,
                "\(place) shows a certificate that nobody vouches for; name its authority, or check the URL.",
                cause: error)
        }
        if isAnswered || error is HTTPParserError {
            return TransportError(.interrupted, "The connection to \(place) broke.", cause: error)
        }
        return TransportError(
            .connectionFailed, "Cannot connect to \(place); check that the server runs and the URL is right.",
            cause: error)
    }
    switch error {
    case .cancelled: return CancellationError()
    case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .httpProxyHandshakeTimeout:
        return TransportError(.connectionFailed, "No connection to \(place) came about in time.", cause: error)
    case .invalidProxyResponse, .proxyAuthenticationRequired, .invalidProxyConfiguration:
        return TransportError(
            .connectionFailed, "The proxy on the way to \(place) refuses; check its URL, name and password.",
            cause: error)
    case .readTimeout, .writeTimeout, .deadlineExceeded:
        return TransportError(.timedOut, "\(place) did not answer in time.", cause: error)
    case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
        return TransportError(
            .invalidRequest, "'\(place)' is no URL of a server; one looks like http://localhost:8000/v1.")
    case _ where error.isAboutRequest:
        return TransportError(.invalidRequest, "The request to \(place) cannot be sent.", cause: error)
    default: return TransportError(.interrupted, "\(place) closed the connection too early.", cause: error)
    }
}

/// Whether a question met a kept connection that the server had closed, or was closing, so that it is to be sent again.
///
/// On a fresh connection the server has seen it and may have worked on it: that is for whoever asks to decide.
///
/// - Parameter isRepeatable: Whether it may be sent again although the server may have seen it.
func meetsClosedConnection(_ error: any Error, isRepeatable: Bool) -> Bool {
    // Nothing can be written to a closed channel, so nothing was sent.
    if let error = error as? ChannelError, error == .ioOnClosedChannel { return true }
    return isRepeatable && error is KeptConnectionClosed
}

extension NIOSSLError {
    /// Whether the other side's certificate is at fault.
    fileprivate var isAboutTrust: Bool {
        switch self {
        case .handshakeFailed(let error): "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
        case .unableToValidateCertificate: true
        default: false
        }
    }
}

extension HTTPClientError {
    /// Whether the request itself is at fault.
    fileprivate var isAboutRequest: Bool {
        // These cases carry values, and can be told only by their description.
        ["unsupportedScheme", "invalidHeaderField"].contains { self.description.contains($0) }
    }
}
