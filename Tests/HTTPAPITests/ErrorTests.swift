// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import HTTPAPI
import HTTPTypes
import JSONSchemas
import LLMCore
import Testing

@Suite("Errors")
struct ErrorTests {
    private enum OddDomain: ErrorDomain { static let name = "odd" }

    @Test(
        "Each kind of failure has its status, type and code",
        arguments: [
            (LLMError(.unknownModel, "m"), 404, "invalid_request_error", "model_not_found", nil),
            (LLMError(.invalidRequest, "m"), 400, "invalid_request_error", "llm.invalid-request", nil),
            (LLMError(.unsupported, "m"), 400, "invalid_request_error", "llm.unsupported", nil),
            (LLMError(.contextOverflow, "m"), 400, "invalid_request_error", "context_length_exceeded", nil),
            (LLMError(.rateLimited, "m"), 429, "rate_limit_error", "rate_limit_exceeded", 1),
            (
                LLMError(.rateLimited, "m", retryAfter: .milliseconds(1001)), 429, "rate_limit_error",
                "rate_limit_exceeded", 2
            ),
            (LLMError(.overloaded, "m"), 503, "server_error", "llm.overloaded", 1),
            (LLMError(.overloaded, "m", retryAfter: .seconds(20)), 503, "server_error", "llm.overloaded", 20),
            (LLMError(.unavailable, "m"), 503, "server_error", "llm.unavailable", 1),
            (LLMError(.unauthorized, "m"), 502, "server_error", "llm.unauthorized", nil),
            (LLMError(.deadlineExceeded, "m"), 504, "server_error", "llm.deadline-exceeded", nil),
            (LLMError(.backendFailed, "m"), 502, "server_error", "llm.backend-failed", nil),
            (LLMError(.truncatedStream, "m"), 502, "server_error", "llm.truncated-stream", nil),
            (MiddlewareError(.blocked, "m"), 400, "invalid_request_error", "middleware.blocked", nil),
            (JSONError(.malformed, "m"), 400, "invalid_request_error", "json.malformed", nil),
            (
                JSONSchemaError(.malformedKeyword, "m"), 400, "invalid_request_error", "json-schema.malformed-keyword",
                nil
            ),
            (DomainError<OddDomain>("strange", "m"), 500, "server_error", "odd.strange", nil),
        ] as [(any CodedError, Int, String, String, Int?)])
    func rows(error: any CodedError, status: Int, type: String, code: String, retryAfter: Int?) {
        let told = APIError(error)
        #expect(told.status.code == status)
        #expect(told.type == type)
        #expect(told.code == code)
        #expect(told.retryAfter == retryAfter)
        #expect(told.message == (status == 500 ? "The server failed; its log says why." : "m"))
    }

    @Test("Every code that adapters and access have is in the table")
    func complete() {
        let codes: [LLMError.Code] = [
            .unknownModel, .invalidRequest, .unsupported, .contextOverflow, .overloaded, .rateLimited, .unauthorized,
            .unavailable, .deadlineExceeded, .backendFailed, .truncatedStream, .unusableAnswer,
        ]
        let access: [AccessError.Code] = [.unauthenticated, .forbidden, .rateLimited]
        #expect(
            Set(APIError.table.keys)
                == Set(codes.map { "llm.\($0.rawValue)" } + access.map { "access.\($0.rawValue)" }))
    }

    @Test("The body has OpenAI's form")
    func body() {
        var writer = JSONWriter()
        APIError(.badRequest, "Say \"a\"", param: "n", code: "c").write(to: &writer)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"error":{"message":"Say \"a\"","type":"invalid_request_error","param":"n","code":"c"}}"#)
    }
}
