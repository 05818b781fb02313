// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import LLMCore
internal import NIOCore
internal import NIOHTTPTypes

/// An answer to a request that cannot be read to its end; the connection ends with it.
struct ConnectionReply {
    private let head: HTTPResponse
    private let body: [UInt8]

    /// Says what is wrong.
    init(_ status: HTTPResponse.Status, _ message: String) {
        var writer = JSONWriter()
        APIError(status, message, code: "invalid_http").write(to: &writer)
        self.body = writer.bytes
        self.head = HTTPResponse(
            status: status,
            headerFields: [
                .contentType: "application/json", .contentLength: "\(self.body.count)", .connection: "close",
            ])
    }

    /// Headers that are more than a request may have.
    static var tooManyHeaders: Self {
        Self(.requestHeaderFieldsTooLarge, "The headers of the request are too many or too long.")
    }

    /// The answer on a stream of HTTP/2, whose connection goes on.
    var streamParts: [HTTPResponsePart] {
        var head = self.head
        head.headerFields[.connection] = nil
        return [.head(head), .body(ByteBuffer(bytes: self.body)), .end(nil)]
    }

    /// The answer as what an encoder takes.
    var parts: [HTTPResponsePart] { [.head(self.head), .body(ByteBuffer(bytes: self.body)), .end(nil)] }

    /// The answer as HTTP/1.1.
    var bytes: [UInt8] {
        var text = "HTTP/1.1 \(self.head.status.code) \(self.head.status.reasonPhrase)\r\n"
        for field in self.head.headerFields { text += "\(field.name.rawName): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8) + self.body
    }
}
