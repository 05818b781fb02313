// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird
package import LLMCore
internal import NIOCore

extension WholeReply {
    /// A reply of JSON that is written member by member.
    package static func json(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 512, _ write: (inout JSONWriter) -> Void
    ) -> WholeReply {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return WholeReply(status, headers: [.contentType: "application/json"], body: ByteBuffer(bytes: writer.bytes))
    }
}

extension Response {
    /// A reply of JSON that is written member by member.
    package static func json(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 512, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        WholeReply.json(status, capacity: capacity, write).response
    }
}
