// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of output constraints.
package enum ConstraintDomain: ErrorDomain {
    /// The family's name.
    package static let name = "constraint"
}

/// An error in a constraint, or of what it costs.
package typealias ConstraintError = DomainError<ConstraintDomain>

extension ConstraintError.Code where Domain == ConstraintDomain {
    /// The constraint is not written as its form demands.
    package static var malformed: Self { "malformed" }
    /// The constraint needs something that masks cannot express; the message names it.
    package static var unsupported: Self { "unsupported" }
    /// The constraint is too large.
    package static var tooLarge: Self { "too-large" }
    /// No text at all fits the constraint.
    package static var unsatisfiable: Self { "unsatisfiable" }
}
