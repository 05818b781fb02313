// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import GRPCCore
internal import GRPCProtobuf
internal import LLMCore
internal import ServingCore

/// Where errors meet `autoglm.v1`: a status, with this project's code as `google.rpc.ErrorInfo`.
extension GoogleRPCStatus {
    /// The domain of codes in `google.rpc.ErrorInfo`.
    static let domain = "open-autoglm"

    private static let codes: [LLMError.Code: RPCError.Code] = [
        .unknownModel: .notFound, .invalidRequest: .invalidArgument, .unsupported: .unimplemented,
        .contextOverflow: .invalidArgument, .rateLimited: .resourceExhausted, .overloaded: .unavailable,
        .unavailable: .unavailable, .deadlineExceeded: .deadlineExceeded,
    ]

    /// Domains whose errors are the request's fault, whatever their code.
    private static let requestDomains: Set<String> = ["json", "json-schema", "middleware", "experiment", "pipeline"]

    /// What a client is told about any error.
    init(telling error: any Error) {
        switch error {
        case let error as GoogleRPCStatus: self = error
        case let error as any CodedError:
            var details: [ErrorDetails] = [.errorInfo(reason: error.codeName, domain: Self.domain)]
            if let delay = (error as? LLMError)?.retryAfter { details.append(.retryInfo(delay: delay)) }
            self.init(code: Self.code(of: error), message: error.message, details: details)
        case is CancellationError:
            self.init(
                code: .cancelled, message: "The call was cancelled.",
                details: [.errorInfo(reason: "cancelled", domain: Self.domain)])
        default:
            self.init(
                code: .internalError, message: "The server failed; its log says why.",
                details: [.errorInfo(reason: "internal", domain: Self.domain)])
        }
    }

    private static func code(of error: any CodedError) -> RPCError.Code {
        if let error = error as? LLMError { return self.codes[error.code] ?? .internalError }
        if let error = error as? AccessError { return RPCError.refusals[error.code] ?? .internalError }
        if let error = error as? ServingError { return RPCError.statuses[error.code] ?? .internalError }
        let domain = String(error.codeName.prefix { $0 != "." })
        return self.requestDomains.contains(domain) ? .invalidArgument : .internalError
    }

    /// Works, and tells what fails in the protocol's terms; the transport's own errors stay what they are.
    static func telling<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as RPCError { throw error } catch {
            throw GoogleRPCStatus(telling: error)
        }
    }
}
