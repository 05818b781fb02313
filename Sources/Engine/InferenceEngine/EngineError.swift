// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of the inference engine.
package enum EngineDomain: ErrorDomain {
    /// The family's name.
    package static let name = "engine"
}

/// An error of the inference engine.
package typealias EngineError = DomainError<EngineDomain>

extension EngineError.Code where Domain == EngineDomain {
    /// The prompt has no tokens.
    package static var emptyPrompt: Self { "empty-prompt" }
    /// The prompt does not fit into the context.
    package static var contextOverflow: Self { "context-overflow" }
    /// A setting is out of range.
    package static var invalidConfiguration: Self { "invalid-configuration" }
    /// Too many requests wait already.
    package static var queueFull: Self { "queue-full" }
    /// The model's folder asks for something that is not known here.
    package static var unsupportedModel: Self { "unsupported-model" }
    /// No adapter of that name is loaded.
    package static var unknownAdapter: Self { "unknown-adapter" }
    /// The model has no prompt of that name.
    package static var unknownPrompt: Self { "unknown-prompt" }
}
