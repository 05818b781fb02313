// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of adaptive inference control.
public enum AdaptiveControlDomain: ErrorDomain {
    /// The family's name.
    public static let name = "adaptive-control"
}

/// An error of beliefs, of evidence or of cascades.
public typealias AdaptiveControlError = DomainError<AdaptiveControlDomain>

extension AdaptiveControlError.Code where Domain == AdaptiveControlDomain {
    /// States are missing, have no names, or have the same name.
    public static var invalidStates: Self { "invalid-states" }
    /// Evidence does not fit the states, or its numbers are no likelihoods.
    public static var invalidEvidence: Self { "invalid-evidence" }
    /// A threshold, a cost or a budget is out of range.
    public static var invalidSettings: Self { "invalid-settings" }
    /// Records do not fit each other, or are too few.
    public static var invalidRecords: Self { "invalid-records" }
    /// No threshold keeps what was to be promised.
    public static var unreachable: Self { "unreachable" }
}
