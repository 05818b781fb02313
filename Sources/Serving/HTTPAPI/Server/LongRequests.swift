// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// Takes requests that take long to read away from the event loop of their connection, which others wait for.
struct LongRequests<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        // A body that comes in chunks says no length.
        let length = request.headers[.contentLength].flatMap(Int.init) ?? (request.method == .get ? 0 : .max)
        // Images and long conversations are larger, questions are not; what is compressed may be a thousand times longer.
        guard length > ImmediateReplies.mostBytes || request.headers[.contentEncoding] != nil else {
            return try await next(request, context)
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await next(request, context) }
    }
}
