// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird
package import LLMCore
internal import NIOCore

extension Response {
    /// A reply of JSON that is written member by member.
    package static func json(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 512, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        let body = ByteBuffer(bytes: writer.bytes)
        return Response(
            status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }
}
