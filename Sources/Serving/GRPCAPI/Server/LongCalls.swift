// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore

/// Takes calls that may compute for long away from the event loops, which other connections wait for; those of inference stay.
struct LongCalls: ServerInterceptor {
    private static let briefMethods: Set<String> = ["ModelInfer", "ServerLive", "ServerReady", "ModelReady", "Check"]

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @concurrent @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
            -> StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        guard !Self.briefMethods.contains(context.descriptor.method) else { return try await next(request, context) }
        var response = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await next(request, context)
        }
        // The messages of an answer are made when they are sent.
        guard case .success(var contents) = response.accepted else { return response }
        let producer = contents.producer
        contents.producer = { writer in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await producer(writer) }
        }
        response.accepted = .success(contents)
        return response
    }
}
