// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

extension Router {
    /// Adds a path that has one method; to the others it answers that it has not.
    func route(
        _ method: HTTPRequest.Method, _ path: RouterPath,
        _ respond: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for other in all where other != method {
            self.on(path, method: other) { request, _ -> Response in
                var error = APIError(
                    .methodNotAllowed, "\(request.uri.path) takes \(method.rawValue), not \(other.rawValue).",
                    code: "method_not_allowed")
                error.allow = method.rawValue
                throw error
            }
        }
        self.on(path, method: method, use: respond)
    }
}
