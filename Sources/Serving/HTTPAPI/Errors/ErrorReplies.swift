// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Turns whatever a route throws into a reply in OpenAI's form.
struct ErrorReplies<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let url = "\(request.method.rawValue) \(request.uri.path)"
            return APIError(.notFound, "Unknown request URL: \(url).", code: "unknown_url").response
        } catch {
            let told = APIError(error)
            if told.status.code >= 500 {
                context.logger.error("Request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            return told.response
        }
    }
}

extension APIError {
    /// The whole reply.
    var response: Response {
        var response = Response.json(self.status) { self.write(to: &$0) }
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if let allow { response.headers[.allow] = allow }
        return response
    }
}
