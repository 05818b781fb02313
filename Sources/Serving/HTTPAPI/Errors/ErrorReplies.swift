// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
package import Hummingbird
internal import Logging

/// Turns whatever a route throws into a reply in the form of the path's protocol.
package struct ErrorReplies<Context: RequestContext>: RouterMiddleware {
    package init() {}

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch { return Self.reply(to: error, request, context) }
    }

    /// The reply for a failure.
    static func reply(to error: any Error, _ request: Request, _ context: Context) -> Response {
        let form = ErrorForm(path: request.uri.path)
        if let error = error as? HTTPError, error.status == .notFound {
            let url = "\(request.method.rawValue) \(request.uri.path)"
            return APIError(.notFound, "Unknown request URL: \(url).", code: "unknown_url").response(form)
        }
        let told = APIError(error)
        if told.status.code >= 500 {
            context.logger.error("Request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
        }
        return told.response(form)
    }
}

extension APIError {
    /// The whole reply.
    package func response(_ form: ErrorForm) -> Response {
        var response = Response.json(form.status(of: self)) { form.write(self, to: &$0) }
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let allow { response.headers[.allow] = allow }
        if self.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }
}
