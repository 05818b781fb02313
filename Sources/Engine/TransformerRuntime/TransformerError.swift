// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of loading and running a transformer.
package enum TransformerDomain: ErrorDomain {
    /// The family's name.
    package static let name = "transformer"
}

/// An error of loading or running a transformer.
package typealias TransformerError = DomainError<TransformerDomain>

extension TransformerError.Code where Domain == TransformerDomain {
    /// The file's architecture is not one that this runtime knows.
    package static var unknownArchitecture: Self { "unknown-architecture" }
    /// The architecture is known, but not with these shapes, types or options.
    package static var unsupported: Self { "unsupported" }
    /// A tensor that the architecture needs is not in the file, or has another shape.
    package static var missingTensor: Self { "missing-tensor" }
    /// The tokens do not fit.
    package static var contextOverflow: Self { "context-overflow" }
    /// Every page of the KV cache is in use.
    package static var cacheFull: Self { "cache-full" }
    /// An adapter does not fit the model, or asks for what is not computed here.
    package static var unsuitableAdapter: Self { "unsuitable-adapter" }
    /// A token is not in the vocabulary.
    package static var invalidToken: Self { "invalid-token" }
}
