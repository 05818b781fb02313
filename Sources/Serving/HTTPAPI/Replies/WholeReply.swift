// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird
package import NIOCore

/// A reply whose body is complete before it is sent.
package struct WholeReply: Sendable {
    /// How the request was answered.
    package var status: HTTPResponse.Status
    /// The headers, without those that every reply has.
    package var headers: HTTPFields
    /// The body.
    package var body: ByteBuffer

    /// Puts a reply together.
    package init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields, body: ByteBuffer) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The reply as a route gives it.
    package var response: Response {
        Response(status: self.status, headers: self.headers, body: ResponseBody(byteBuffer: self.body))
    }
}
