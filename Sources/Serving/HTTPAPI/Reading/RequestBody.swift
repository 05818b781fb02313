// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
package import Hummingbird
internal import LLMCore
package import NIOCore

extension Request {
    /// The request's body as an object.
    ///
    /// - Throws: ``APIError`` for a body that is too large, cut off, malformed, too deep or no object.
    func fields(_ limits: ServerLimits) async throws -> RequestFields {
        let body = try await self.collectedBody(limits)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body.readableBytesView, maximumDepth: limits.jsonDepth)
        } catch let error as JSONError {
            throw APIError(.badRequest, "The body cannot be read. \(error.message)", code: "invalid_json")
        }
        return try RequestFields(value)
    }

    /// The request's body.
    ///
    /// - Throws: ``APIError`` for one that is too large.
    package func collectedBody(_ limits: ServerLimits) async throws -> ByteBuffer {
        let tooLarge = APIError(
            .contentTooLarge, "The body has more than \(limits.bodyBytes) bytes.", code: "request_too_large")
        if let length = self.headers[.contentLength].flatMap(Int.init), length > limits.bodyBytes { throw tooLarge }
        do {
            return try await self.body.collect(upTo: limits.bodyBytes)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }
}
