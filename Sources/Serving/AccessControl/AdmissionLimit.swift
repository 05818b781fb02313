// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
package import LLMCore

/// Keeps what is asked of a model within the rate of whoever asks (``Admission/current``) and within the time that he gives
/// it (``RequestDeadline/current``), and accounts it to him.
package struct AdmissionLimit: ModelMiddleware {
    /// Makes the middleware.
    package init() {}

    package func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let next = try self.timed(next)
        guard let admission = Admission.current else { return try await next.generate(request) }
        var request = request
        request.scheduling.client = admission.name
        guard let limit = admission.tokenLimit else { return try await next.generate(request) }
        return try await limit.generate(request, next: next)
    }

    package func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        let next = try self.timed(next)
        guard let limit = Admission.current?.tokenLimit else { return try await next.score(request) }
        return try await limit.score(request, next: next)
    }

    package func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        let next = try self.timed(next)
        guard let limit = Admission.current?.tokenLimit else { return try await next.embed(texts) }
        return try await limit.embed(texts, next: next)
    }

    /// The model within the time that is left.
    private func timed(_ next: any ModelAdapter) throws -> any ModelAdapter {
        guard let deadline = RequestDeadline.current else { return next }
        return next.wrapped(in: [Timeouts(total: try deadline.timeLeft)])
    }
}
