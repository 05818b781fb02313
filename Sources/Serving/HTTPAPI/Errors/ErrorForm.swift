// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import LLMCore

/// The form in which a protocol tells errors.
package enum ErrorForm: Sendable, Hashable, CaseIterable {
    /// `{"error": {"message", "type", "param", "code"}}`
    case openAI
    /// `{"type": "error", "error": {"type", "message"}}`, and the code, which Anthropic has not.
    case anthropic
    /// `{"error": "…"}`, and the code, which Ollama has not.
    case ollama
    /// `{"error": "…"}`
    case kserve

    /// The form that clients of a path expect.
    package init(path: String) {
        if path == "/v1/messages" || path.hasPrefix("/v1/messages/") {
            self = .anthropic
        } else if path == "/v2" || path.hasPrefix("/v2/") {
            self = .kserve
        } else {
            self = path.hasPrefix("/api/") ? .ollama : .openAI
        }
    }

    /// The HTTP status.
    package func status(of error: APIError) -> HTTPResponse.Status {
        self == .anthropic && Self.isOverload(error) ? HTTPResponse.Status(code: 529) : error.status
    }

    /// Writes the body of the reply, or of the event that ends a stream.
    package func write(_ error: APIError, to writer: inout JSONWriter) {
        switch self {
        case .openAI: error.write(to: &writer)
        case .anthropic:
            writer.object { writer in
                writer.member("type", "error")
                writer.key("error")
                writer.object { writer in
                    writer.member("type", Self.anthropicType(of: error))
                    writer.member("message", Self.anthropicMessage(of: error))
                    if let code = error.code { writer.member("code", code) }
                }
            }
        case .kserve: writer.object { $0.member("error", error.message) }
        case .ollama:
            writer.object { writer in
                writer.member("error", error.message)
                if let code = error.code { writer.member("code", code) }
            }
        }
    }

    private static func anthropicType(of error: APIError) -> String {
        if Self.isOverload(error) { return "overloaded_error" }
        return switch error.status.code {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 400..<500: "invalid_request_error"
        case 504: "timeout_error"
        default: "api_error"
        }
    }

    /// Clients of Anthropic know a prompt that is too long by these words, and shorten it.
    private static func anthropicMessage(of error: APIError) -> String {
        error.code == "context_length_exceeded" ? "prompt is too long: \(error.message)" : error.message
    }

    private static func isOverload(_ error: APIError) -> Bool { error.code == "llm.overloaded" }
}
