// SPDX-License-Identifier: Apache-2.0

/// The errors of ``ModelAdapter``s and of the values they exchange.
public enum LLMDomain: ErrorDomain {
    /// The family's name.
    public static let name = "llm"
}

/// An error of a model adapter or of a request to it.
public typealias LLMError = DomainError<LLMDomain>

extension LLMError.Code where Domain == LLMDomain {
    /// No model has that name; the message names the nearest known one.
    public static var unknownModel: Self { "unknown-model" }
    /// The request contradicts itself or holds a value out of range.
    public static var invalidRequest: Self { "invalid-request" }
    /// This adapter, model or device cannot do what was asked.
    public static var unsupported: Self { "unsupported" }
    /// Prompt and answer do not fit into the model's context.
    public static var contextOverflow: Self { "context-overflow" }
    /// The backend refused the request because it is full; try again later.
    public static var overloaded: Self { "overloaded" }
    /// The backend allows no more requests or tokens for now; ``DomainError/retryAfter`` says for how long, where known.
    public static var rateLimited: Self { "rate-limited" }
    /// The backend does not accept the key, or the key does not allow this.
    public static var unauthorized: Self { "unauthorized" }
    /// Nothing answers where the backend should be, or it says that it is not ready.
    public static var unavailable: Self { "unavailable" }
    /// The answer was not complete within its time limit.
    public static var deadlineExceeded: Self { "deadline-exceeded" }
    /// The backend failed; the cause says more.
    public static var backendFailed: Self { "backend-failed" }
    /// The backend answered, but what it said is of no use: no JSON by the schema, or a tool called with malformed arguments.
    ///
    /// The backend works, and asking it the same again is for whoever knows what to ask differently.
    public static var unusableAnswer: Self { "unusable-answer" }
    /// The stream ended before the backend said that it was finished.
    public static var truncatedStream: Self { "truncated-stream" }
}
