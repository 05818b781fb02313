// SPDX-License-Identifier: Apache-2.0
package import LLMCore

/// The errors of turning a model file into another type.
package enum QuantizationDomain: ErrorDomain {
    /// The family's name.
    package static let name = "quantization"
}

/// An error of turning a model file into another type.
package typealias QuantizationError = DomainError<QuantizationDomain>

extension QuantizationError.Code where Domain == QuantizationDomain {
    /// There is no such type to write.
    package static var unknownType: Self { "unknown-type" }
    /// The input has a tensor of a type that cannot be read.
    package static var unsupportedTensor: Self { "unsupported-tensor" }
    /// Input and output are the same file.
    package static var sameFile: Self { "same-file" }
    /// A tensor's numbers are too large for the type, or no numbers.
    package static var notRepresentable: Self { "not-representable" }
}
