// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of the inference server, by the protocol's own kinds.
public enum ServingDomain: ErrorDomain {
    /// The family's name.
    public static let name = "serving"
}

/// An error of the inference server.
public typealias ServingError = DomainError<ServingDomain>

extension ServingError.Code where Domain == ServingDomain {
    /// The request or the configuration contradicts itself, or the model's own.
    public static var invalidArgument: Self { "invalid-argument" }
    /// There is no such model, version or setting.
    public static var notFound: Self { "not-found" }
    /// The model is there and takes no requests now, or this one waited too long.
    public static var unavailable: Self { "unavailable" }
    /// The server does not do this.
    public static var unsupported: Self { "unsupported" }
    /// The model failed.
    public static var backendFailed: Self { "internal" }
}

extension ServingError where Domain == ServingDomain {
    /// Any error in the terms of this domain.
    package init(_ error: any Error) {
        switch error {
        case let error as ServingError: self = error
        case is CancellationError: self.init(.unavailable, "The request was cancelled.")
        case let error as any CodedError: self.init(Self.code(of: error), error.message, cause: error.cause)
        default: self.init(.backendFailed, "The model failed: \(error).", cause: error)
        }
    }

    private static func code(of error: any CodedError) -> Code {
        switch error.codeName {
        // A step that failed says by its cause what it was.
        case "pipeline.step-failed": (error.cause as? any CodedError).map(Self.code) ?? .backendFailed
        case "llm.invalid-request", "llm.context-overflow", "pipeline.invalid-input", "plugin.bad-input":
            .invalidArgument
        case "llm.unknown-model": .notFound
        // A run that waits for somebody has no answer to give.
        case "llm.unsupported", "pipeline.waiting": .unsupported
        case "pipeline.timed-out", "llm.overloaded", "llm.rate-limited", "llm.unavailable", "llm.deadline-exceeded":
            .unavailable
        case let name where name.hasPrefix("json.") || name.hasPrefix("kserve-tensor."): .invalidArgument
        default: .backendFailed
        }
    }
}
