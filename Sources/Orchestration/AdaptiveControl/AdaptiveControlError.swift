// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of adaptive inference control.
package enum AdaptiveControlDomain: ErrorDomain {
    /// The family's name.
    package static let name = "adaptive-control"
}

/// An error of beliefs, of evidence or of cascades.
package typealias AdaptiveControlError = DomainError<AdaptiveControlDomain>

extension AdaptiveControlError.Code where Domain == AdaptiveControlDomain {
    /// States are missing, have no names, or have the same name.
    package static var invalidStates: Self { "invalid-states" }
    /// Evidence does not fit the states, or its numbers are no likelihoods.
    package static var invalidEvidence: Self { "invalid-evidence" }
    /// A threshold, a cost or a budget is out of range.
    package static var invalidSettings: Self { "invalid-settings" }
    /// Records do not fit each other, or are too few.
    package static var invalidRecords: Self { "invalid-records" }
    /// No threshold keeps what was to be promised.
    package static var unreachable: Self { "unreachable" }
}
