// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import Observability
internal import Tracing

/// Makes a span of every call, as part of the caller's trace where its metadata name one, and a log line at its end.
struct TracingInterceptor: ServerInterceptor {
    let telemetry: Telemetry
    let log: RequestLog

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable @concurrent (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let call = TracedCall(
            context.descriptor, traceparent: Array(request.metadata[stringValues: "traceparent"]),
            tracestate: Array(request.metadata[stringValues: "tracestate"]), self.telemetry, self.log)
        do {
            var response = try await ServiceContext.withValue(call.context) { try await next(request, context) }
            switch response.accepted {
            case .failure(let error): call.end(error)
            case .success(var contents):
                let produce = contents.producer
                contents.producer = { writer in
                    do {
                        let trailer = try await ServiceContext.withValue(call.context) { try await produce(writer) }
                        call.end()
                        return trailer
                    } catch {
                        call.end(error)
                        throw error
                    }
                }
                response.accepted = .success(contents)
            }
            return response
        } catch {
            call.end(error)
            throw error
        }
    }
}
