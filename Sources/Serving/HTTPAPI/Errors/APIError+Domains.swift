// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
package import HTTPTypes
internal import Hummingbird
internal import LLMCore

extension APIError {
    /// How one kind of failure is told.
    package struct Row: Sendable {
        /// The HTTP status.
        package var status: HTTPResponse.Status
        /// OpenAI's `type`.
        package var type = "invalid_request_error"
        /// OpenAI's `code`; nil is this project's own.
        package var code: String?
        /// Seconds after which to try again, where the failure itself does not say.
        package var retryAfter: Int?
    }

    /// Where the domains of errors meet HTTP: each code with its row.
    ///
    /// A code that is not here is the row of its domain in ``domains``, or else the server's own failure.
    package static let table: [String: Row] = [
        "llm.unknown-model": Row(status: .notFound, code: "model_not_found"),
        "llm.invalid-request": Row(status: .badRequest),
        "llm.unsupported": Row(status: .badRequest),
        "llm.context-overflow": Row(status: .badRequest, code: "context_length_exceeded"),
        "llm.unauthorized": Row(status: .badGateway, type: "server_error"),
        "llm.rate-limited": Row(
            status: .tooManyRequests, type: "rate_limit_error", code: "rate_limit_exceeded", retryAfter: 1),
        "llm.overloaded": Row(status: .serviceUnavailable, type: "server_error", retryAfter: 1),
        "access.unauthenticated": Row(status: .unauthorized, code: "invalid_api_key"),
        "access.forbidden": Row(status: .forbidden, code: "insufficient_permissions"),
        "access.rate-limited": Row(
            status: .tooManyRequests, type: "rate_limit_error", code: "rate_limit_exceeded", retryAfter: 1),
        "llm.unavailable": Row(status: .serviceUnavailable, type: "server_error", retryAfter: 1),
        "llm.deadline-exceeded": Row(status: .gatewayTimeout, type: "server_error"),
        "llm.backend-failed": Row(status: .badGateway, type: "server_error"),
        "llm.unusable-answer": Row(status: .badGateway, type: "server_error"),
        "llm.truncated-stream": Row(status: .badGateway, type: "server_error"),
    ]

    /// The rows of codes that ``table`` does not name, by domain.
    package static let domains: [String: Row] = [
        "json": Row(status: .badRequest),
        "middleware": Row(status: .badRequest),
        "json-schema": Row(status: .badRequest),
        "experiment": Row(status: .badRequest),
        "transport": Row(status: .badGateway, type: "server_error"),
    ]

    /// What a client is told about any error.
    package init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as any CodedError: self.init(coded: error)
        case let error as HTTPError: self.init(error.status, error.body ?? error.status.reasonPhrase)
        case is CancellationError:
            self.init(.serviceUnavailable, type: "server_error", "The server is stopping.", code: "cancelled")
        default:
            self.init(.internalServerError, type: "server_error", "The server failed; its log says why.")
        }
    }

    private init(coded error: any CodedError) {
        let name = error.codeName
        let domain = String(name.prefix { $0 != "." })
        guard let row = Self.table[name] ?? Self.domains[domain] else {
            self.init(
                .internalServerError, type: "server_error", "The server failed; its log says why.", code: name)
            return
        }
        self.init(row.status, type: row.type, error.message, code: row.code ?? name)
        self.retryAfter =
            Self.seconds((error as? LLMError)?.retryAfter ?? (error as? AccessError)?.retryAfter) ?? row.retryAfter
    }

    /// Whole seconds, 1 or more.
    private static func seconds(_ duration: Duration?) -> Int? {
        duration.map { max(1, Int(min($0 / .seconds(1), 86_400).rounded(.up))) }
    }
}
