// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Turns whatever a route throws into a reply in the form of the path's protocol.
struct ErrorReplies<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let form = ErrorForm(path: request.uri.path)
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let url = "\(request.method.rawValue) \(request.uri.path)"
            return APIError(.notFound, "Unknown request URL: \(url).", code: "unknown_url").response(form)
        } catch {
            let told = APIError(error)
            if told.status.code >= 500 {
                context.logger.error("Request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            return told.response(form)
        }
    }
}

extension APIError {
    /// The whole reply.
    func response(_ form: ErrorForm) -> Response {
        var response = Response.json(form.status(of: self)) { form.write(self, to: &$0) }
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let allow { response.headers[.allow] = allow }
        return response
    }
}
