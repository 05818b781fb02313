// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import GRPCCore
internal import LLMCore

/// Bounds how many calls are answered at a time, each until its last message; health is always told.
struct OverloadInterceptor: ServerInterceptor {
    let gate: RequestGate

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @concurrent @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
            -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        guard self.gate.isBounded, RouteKind(context.descriptor) != .health else {
            return try await next(request, context)
        }
        do {
            guard let place = try await self.gate.enter() else { return try await next(request, context) }
            return try await next(request, context).holding(place)
        } catch let error as LLMError where error.code == .overloaded {
            throw RPCError(.unavailable, error.message, retryAfter: error.retryAfter)
        }
    }
}

extension StreamingServerResponse {
    /// The same, which keeps a place until its last message.
    fileprivate func holding(_ place: some Sendable) -> Self {
        guard case .success(var contents) = self.accepted else { return self }
        let producer = contents.producer
        contents.producer = { writer in
            defer { withExtendedLifetime(place) {} }
            return try await producer(writer)
        }
        return Self(accepted: .success(contents))
    }
}

extension RPCError {
    /// A refusal, with the time after which to try again.
    init(_ code: RPCError.Code, _ message: String, retryAfter: Duration?) {
        self.init(code: code, message: message)
        guard let retryAfter else { return }
        let milliseconds = Int((retryAfter / .milliseconds(1)).rounded(.up))
        self.metadata.addString("\(milliseconds)", forKey: "grpc-retry-pushback-ms")
    }
}
