// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
package import Hummingbird
internal import LLMCore
package import NIOCore

extension Request {
    /// The request's body as an object.
    ///
    /// - Throws: ``APIError`` for a body that is too large, in too many pieces, cut off, malformed, too deep or no object.
    package func fields(_ limits: ServerLimits) async throws -> RequestFields {
        let body = try await self.collectedBody(limits)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body.readableBytesView, maximumDepth: limits.jsonDepth)
        } catch let error as JSONError {
            throw APIError(.badRequest, "The body cannot be read. \(error.message)", code: "invalid_json")
        }
        return try RequestFields(value)
    }

    /// The request's body, inflated where it comes in fewer bytes.
    ///
    /// - Throws: ``APIError`` for one that is too large, in too many pieces, or in a form that is not known.
    package func collectedBody(_ limits: ServerLimits) async throws -> ByteBuffer {
        guard let name = self.headers[.contentEncoding], name.lowercased() != "identity" else {
            return try await self.bodyAsSent(limits)
        }
        guard let coding = ContentCoding(named: name) else {
            throw APIError(
                .unsupportedMediaType,
                "Bodies are taken as they are, or in the encodings gzip and deflate, not in '\(name.prefix(40))'.",
                code: "unsupported_encoding")
        }
        return try coding.inflated(try await self.bodyAsSent(limits), limit: limits.bodyBytes)
    }

    private func bodyAsSent(_ limits: ServerLimits) async throws -> ByteBuffer {
        let tooLarge = APIError.tooLarge(limits.bodyBytes)
        if let length = self.headers[.contentLength].flatMap(Int.init), length > limits.bodyBytes { throw tooLarge }
        var body = ByteBuffer()
        var pieces = 0
        for try await var piece in self.body {
            pieces += 1
            guard pieces <= limits.bodyPieces else {
                throw APIError(
                    .contentTooLarge, "The body has more than \(limits.bodyPieces) chunks; send larger ones.",
                    code: "too_many_chunks")
            }
            guard body.readableBytes + piece.readableBytes <= limits.bodyBytes else { throw tooLarge }
            if pieces == 1 { body = piece } else { body.writeBuffer(&piece) }
        }
        return body
    }
}

extension APIError {
    /// A body has more bytes than it may.
    static func tooLarge(_ limit: Int) -> Self {
        APIError(.contentTooLarge, "The body has more than \(limit) bytes.", code: "request_too_large")
    }
}
