// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import ModelGateway
internal import Observability
internal import Tracing

/// Makes a span and measures for every request, as part of the caller's trace where the request names one.
struct RequestTelemetry<Context: RequestContext>: RouterMiddleware {
    let watch: RequestWatch
    /// Paths that are asked for all the time by machines that look whether this one is well.
    let quietPaths: Set<String>

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !self.quietPaths.contains(request.uri.path) else { return try await next(request, context) }
        let exchange = self.watch.begin(request.head)
        do {
            var response = try await ServiceContext.withValue(exchange.context) { try await next(request, context) }
            exchange.answer(response.status, route: context.endpointPath)
            if let exposure = ExposureNote.current?.exposure { exchange.note(exposure) }
            let body = response.body
            response.body = ResponseBody(contentLength: body.contentLength) { writer in
                do {
                    try await body.write(writer)
                } catch {
                    exchange.fail(error)
                    throw error
                }
                exchange.end()
            }
            return response
        } catch {
            exchange.fail(error)
            throw error
        }
    }
}
