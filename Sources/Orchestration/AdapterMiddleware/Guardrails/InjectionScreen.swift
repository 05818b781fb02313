// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Refuses requests whose content tries to give the model other instructions: the well-known wordings of prompt
/// injection, and the marks by which chat templates tell who speaks.
///
/// It reads what comes from outside (users, tools, raw prompts), not the application's own instructions. It knows
/// wordings, not meanings: a first sieve, not a proof.
public struct InjectionScreen: ModelMiddleware {
    /// Makes the middleware.
    public init() {}

    /// Generates, unless the prompt is refused.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        try self.check(request.prompt)
        return try await next.generate(request)
    }

    /// Scores, unless the prompt is refused.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try self.check(request.prompt)
        return try await next.score(request)
    }

    private func check(_ prompt: GenerationPrompt) throws {
        _ = try prompt.mapTexts { text, role in
            // In raw text the marks are how one writes a prompt.
            let isOwn = role == .system || role == .assistant
            if !isOwn, let finding = InjectionPattern.find(in: text, withMarks: role != nil) {
                throw MiddlewareError(
                    .blocked, "The request looks like an attempt to change the model's instructions (\(finding)).")
            }
            return text
        }
    }
}
