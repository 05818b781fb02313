// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import GRPCCore
internal import LLMCore

/// Lets calls in by their keys (`authorization: Bearer …` or `x-api-key`).
struct AccessInterceptor: ServerInterceptor {
    let access: AccessGuard

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @concurrent @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        do {
            let credential = request.metadata.credential
            guard let admission = try await self.access.admit(credential, to: RouteKind(context.descriptor)) else {
                return try await next(request, context)
            }
            try admission.start()
            var request = request
            request.messages = RPCAsyncSequence(
                wrapping: request.messages.map { message in
                    if let model = (message as? any ModelNaming)?.namedModel {
                        do { try admission.check(model: model) } catch { throw RPCError(access: error) }
                    }
                    return message
                })
            let admitted = request
            let response = try await Admission.$current.withValue(admission) { try await next(admitted, context) }
            return response.producing(for: admission)
        } catch let error as AccessError { throw RPCError(access: error) }
    }
}

extension StreamingServerResponse {
    /// The same, whose messages are made for whoever was let in: they are made after the interceptors.
    fileprivate func producing(for admission: Admission) -> Self {
        guard case .success(var contents) = self.accepted else { return self }
        let producer = contents.producer
        contents.producer = { writer in
            try await Admission.$current.withValue(admission) { try await producer(writer) }
        }
        return Self(accepted: .success(contents))
    }
}

extension Metadata {
    /// The key that a call shows.
    fileprivate var credential: String? {
        let scheme = "bearer "
        for value in self[stringValues: "authorization"] where value.lowercased().hasPrefix(scheme) {
            return String(value.dropFirst(scheme.count))
        }
        return self[stringValues: "x-api-key"].first { _ in true }
    }
}

extension RPCError {
    /// Where refusals meet gRPC: each code with its status.
    static let refusals: [AccessError.Code: RPCError.Code] = [
        .unauthenticated: .unauthenticated, .forbidden: .permissionDenied, .rateLimited: .resourceExhausted,
    ]

    /// How a refusal is told; a client that may try again is told when.
    fileprivate init(access error: any Error) {
        guard let error = error as? AccessError else {
            self = RPCError(telling: error)
            return
        }
        self.init(Self.refusals[error.code] ?? .internalError, error.message, retryAfter: error.retryAfter)
    }
}
