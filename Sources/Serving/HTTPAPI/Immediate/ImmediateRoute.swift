// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import NIOCore

/// A request that an ``ImmediateRoute`` has read.
package protocol ImmediateCall: Sendable {
    /// The route's path as it is declared.
    var path: String { get }

    /// Takes the request back: nobody waits for its reply any more.
    func cancel()
}

/// Answers requests for which hardly anything has to be waited for: on the thread of their connection, and without a task.
///
/// It may leave any request to the server's other routes, which answer the same, with more ways to say what is wrong.
package protocol ImmediateRoute: Sendable {
    /// Whether a request may be one of this route's, by its head.
    func takes(_ head: HTTPRequest) -> Bool

    /// Reads a request.
    ///
    /// - Returns: nil leaves the request to the other routes.
    func read(_ head: HTTPRequest, _ body: ByteBuffer) -> (any ImmediateCall)?

    /// Answers requests that came together.
    ///
    /// - Parameter answer: Gets the reply to each by its place, now or soon and on any thread; nil leaves a request to the other
    ///   routes.
    func answer(_ calls: [any ImmediateCall], _ answer: @escaping @Sendable (Int, WholeReply?) -> Void)
}
