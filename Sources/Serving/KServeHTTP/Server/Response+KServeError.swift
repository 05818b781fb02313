// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import KServeProtocol
internal import LLMCore
internal import ServingCore

extension WholeReply {
    /// Where this server's errors meet HTTP: each code with its status.
    private static let statuses: [ServingError.Code: HTTPResponse.Status] = [
        .invalidArgument: .badRequest, .notFound: .notFound, .unavailable: .serviceUnavailable,
        .unsupported: .notImplemented, .backendFailed: .internalServerError,
    ]

    /// What a client is told about an error of serving, in the protocol's form.
    static func kserveError(_ error: ServingError) -> WholeReply {
        .json(Self.statuses[error.code] ?? .internalServerError) { $0.error(error.message) }
    }
}

extension Response {
    /// What a client is told about any error, in the protocol's form.
    static func kserveError(_ error: any Error) -> Response {
        if let error = error as? APIError { return .kserveError(error.status, error.message) }
        // What clients may try again later has statuses and headers of its own.
        if let error = error as? LLMError, [.rateLimited, .overloaded, .deadlineExceeded].contains(error.code) {
            return APIError(error).response(.kserve)
        }
        return WholeReply.kserveError(ServingError(error)).response
    }

    /// A reply that says what is wrong.
    static func kserveError(_ status: HTTPResponse.Status, _ message: String, allow: String? = nil) -> Response {
        var response = Response.json(status) { $0.error(message) }
        if let allow { response.headers[.allow] = allow }
        return response
    }
}

extension JSONWriter {
    /// Writes an error in the protocol's form.
    mutating func error(_ message: String) { self.object { $0.member("error", message) } }
}
