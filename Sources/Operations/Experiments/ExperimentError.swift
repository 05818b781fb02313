// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of experiments.
package enum ExperimentDomain: ErrorDomain {
    /// The family's name.
    package static let name = "experiment"
}

/// An error of an experiment's definition, of its units or of its outcomes.
package typealias ExperimentError = DomainError<ExperimentDomain>

extension ExperimentError.Code where Domain == ExperimentDomain {
    /// The definition contradicts itself or holds a value out of range.
    package static var invalidDefinition: Self { "invalid-definition" }
    /// A targeting condition uses what the language does not know.
    package static var invalidCondition: Self { "invalid-condition" }
    /// A unit has no name, or one that is too long.
    package static var invalidUnit: Self { "invalid-unit" }
    /// An outcome names an unknown arm or metric, or its value cannot be.
    package static var invalidOutcome: Self { "invalid-outcome" }
    /// There is no such experiment, arm or unit.
    package static var unknown: Self { "unknown" }
    /// It contradicts what is there already.
    package static var conflict: Self { "conflict" }
    /// What is stored cannot be understood.
    package static var unreadable: Self { "unreadable" }
    /// Two tallies are of different experiments.
    package static var incompatible: Self { "incompatible" }
}
