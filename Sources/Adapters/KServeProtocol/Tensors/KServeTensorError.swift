// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of tensors.
public enum KServeTensorDomain: ErrorDomain {
    /// The family's name.
    public static let name = "kserve-tensor"
}

/// An error of a tensor that contradicts itself, or is read as something else than it is.
public typealias KServeTensorError = DomainError<KServeTensorDomain>

extension KServeTensorError.Code where Domain == KServeTensorDomain {
    /// The shape has a negative dimension or more elements than can be counted.
    public static var invalidShape: Self { "invalid-shape" }
    /// The contents are not as many elements as the shape says.
    public static var wrongSize: Self { "wrong-size" }
    /// The elements have another type than they are asked for as, or one that is not known.
    public static var wrongType: Self { "wrong-type" }
}
