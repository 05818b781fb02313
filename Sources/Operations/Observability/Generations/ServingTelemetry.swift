// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
public import LLMCore

/// Measures what a server's clients get of a model, with everything that wraps around it.
public struct ServingTelemetry: ModelMiddleware {
    private let telemetry: Telemetry
    private let model: String

    /// Makes the middleware.
    ///
    /// - Parameter model: What the model is called by those who ask.
    public init(_ telemetry: Telemetry, model: String) {
        self.telemetry = telemetry
        self.model = model
    }

    /// Generates, and measures.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let watch = GenerationWatch(self.telemetry.time)
        let (serving, trace) = (self.telemetry.serving, TraceContext.current)
        let labels = [request.prompt.operationName, "open-autoglm", self.model]
        do {
            return try await next.generate(request).watched {
                _ = watch.see($0)
            } onEnd: {
                serving.ended(labels, watch.outcome($0), trace)
            }
        } catch {
            serving.ended(labels, watch.outcome(.failed(error)), trace)
            throw error
        }
    }
}
