// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import LLMCore

/// What a client is told when a request fails, in OpenAI's form.
package struct APIError: Error, Hashable {
    /// The HTTP status.
    package var status: HTTPResponse.Status
    /// OpenAI's `type`, by which clients tell whose fault it was.
    package var type: String
    /// What is wrong and what to do about it.
    package var message: String
    /// The member of the request that is wrong, such as `messages[0].role`.
    package var param: String?
    /// OpenAI's `code`, or this project's own.
    package var code: String?
    /// Seconds after which it makes sense to try again.
    package var retryAfter: Int?
    /// The methods that the path has, where the request's is none of them.
    package var allow: String?

    /// Describes a failure.
    package init(
        _ status: HTTPResponse.Status, type: String = "invalid_request_error", _ message: String, param: String? = nil,
        code: String? = nil
    ) {
        self.status = status
        self.type = type
        self.message = message
        self.param = param
        self.code = code
    }

    /// A member of the request has a wrong type or value.
    package static func invalid(_ param: String, _ message: String, code: String = "invalid_value") -> Self {
        Self(.badRequest, message, param: param, code: code)
    }

    /// The body of the reply, and of the event that ends a stream.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("error")
            writer.object { writer in
                writer.member("message", self.message)
                writer.member("type", self.type)
                writer.member("param", self.param.map(JSONValue.string) ?? .null)
                writer.member("code", self.code.map(JSONValue.string) ?? .null)
            }
        }
    }
}
