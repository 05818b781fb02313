// SPDX-License-Identifier: Apache-2.0

package import AccessControl
internal import AdapterMiddleware
package import Hummingbird
internal import HummingbirdCore

/// Bounds how many requests are answered at a time, each until its last byte is sent; health and metrics are always told.
package struct OverloadMiddleware<Context: RequestContext>: RouterMiddleware {
    private let gate: RequestGate
    private let metricsPath: [Substring]

    /// Makes the middleware.
    package init(_ gate: RequestGate, metricsPath: String?) {
        self.gate = gate
        self.metricsPath = metricsPath?.pathComponents ?? []
    }

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard self.gate.isBounded else { return try await next(request, context) }
        let kind = RouteKind(request.method, path: request.uri.path.pathComponents, metricsPath: self.metricsPath)
        guard kind != .health, kind != .metrics else { return try await next(request, context) }
        guard let place = try await self.gate.enter() else { return try await next(request, context) }
        var response = try await next(request, context)
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { withExtendedLifetime(place) {} }
            try await body.write(writer)
        }
        return response
    }
}
