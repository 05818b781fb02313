// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes
package import Hummingbird

extension Router {
    /// Answers a request.
    package typealias Respond = @Sendable (Request, Context) async throws -> Response

    /// Adds a path that has one method; to the others it answers that it has not.
    package func route(_ method: HTTPRequest.Method, _ path: RouterPath, _ respond: @escaping Respond) {
        self.route(path, [method: respond])
    }

    /// Adds a path that has some methods; to the others it answers that it has not.
    package func route(_ path: RouterPath, _ answers: [HTTPRequest.Method: Respond]) {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        let allowed = all.filter { answers[$0] != nil }.map(\.rawValue).joined(separator: ", ")
        for method in all {
            if let respond = answers[method] {
                self.on(path, method: method, use: respond)
                continue
            }
            self.on(path, method: method) { request, _ -> Response in
                var error = APIError(
                    .methodNotAllowed, "\(request.uri.path) takes \(allowed), not \(method.rawValue).",
                    code: "method_not_allowed")
                error.allow = allowed
                throw error
            }
        }
    }
}
