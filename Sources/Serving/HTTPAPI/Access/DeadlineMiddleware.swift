// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import HTTPTypes
internal import Hummingbird
internal import SourceDocuments

/// Reads how long whoever asks waits for the answer: `X-Request-Timeout`, in seconds or as `500ms`, `2m`.
///
/// What is not complete by then is cancelled, here and on the way to whoever computes it.
struct DeadlineMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let text = request.headers[.requestTimeout] else { return try await next(request, context) }
        guard let time = Duration(written: text, usualUnit: "s"), time > .zero else {
            throw APIError.invalid(
                "X-Request-Timeout", "X-Request-Timeout is '\(text.prefix(40))', no time such as 2.5 or 500ms.")
        }
        return try await RequestDeadline.$current.withValue(RequestDeadline(after: time)) {
            try await next(request, context)
        }
    }
}

extension HTTPField.Name {
    /// Says how long whoever asks waits for the answer.
    static let requestTimeout = Self("X-Request-Timeout") ?? .expect
}
