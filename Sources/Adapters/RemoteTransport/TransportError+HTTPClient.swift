// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import LLMCore
internal import NIOHTTP1

/// What an error of the HTTP client means.
///
/// - Parameters:
///   - error: What was thrown.
///   - place: The URL, without secrets.
///   - isAnswered: Whether the answer had begun.
func transportError(_ error: any Error, at place: String, isAnswered: Bool) -> any Error {
    guard let error = error as? HTTPClientError else {
        if error is CancellationError { return error }
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

extension HTTPClientError {
    /// Whether the request itself is at fault.
    fileprivate var isAboutRequest: Bool {
        // These cases carry values, and can be told only by their description.
        ["unsupportedScheme", "invalidHeaderField"].contains { self.description.contains($0) }
    }
}
