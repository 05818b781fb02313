// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import NIOCore

/// Answers requests that need nothing to be waited for: on the thread of their connection, and without a task.
///
/// It may leave any request to the server's other routes, which answer the same, with more ways to say what is wrong.
package protocol ImmediateRoute: Sendable {
    /// Whether a request may be one of this route's, by its head.
    func takes(_ head: HTTPRequest) -> Bool

    /// Answers a request.
    ///
    /// - Returns: The reply and the route's path as it is declared; nil leaves the request to the other routes.
    func reply(to head: HTTPRequest, _ body: ByteBuffer) -> (reply: WholeReply, path: String)?
}
