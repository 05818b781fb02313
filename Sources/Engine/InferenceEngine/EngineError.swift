// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of the inference engine.
public enum EngineDomain: ErrorDomain {
    /// The family's name.
    public static let name = "engine"
}

/// An error of the inference engine.
public typealias EngineError = DomainError<EngineDomain>

extension EngineError.Code where Domain == EngineDomain {
    /// The prompt has no tokens.
    public static var emptyPrompt: Self { "empty-prompt" }
    /// The prompt does not fit into the context.
    public static var contextOverflow: Self { "context-overflow" }
    /// A setting is out of range.
    public static var invalidConfiguration: Self { "invalid-configuration" }
    /// Too many requests wait already.
    public static var queueFull: Self { "queue-full" }
}
