// SPDX-License-Identifier: Apache-2.0

/// What an experiment says of a unit.
package struct Assignment: Sendable, Hashable {
    /// Why a unit is in its arm, or in none.
    package enum Reason: String, Sendable, CaseIterable {
        /// Its hash lies in the arm's range.
        case hashed
        /// It was in this arm before, and stays.
        case sticky
        /// It belongs to those who are kept out of experiments, for comparison.
        case heldOut = "held-out"
        /// Its place in the namespace belongs to other experiments.
        case outsideNamespace = "outside-namespace"
        /// The condition does not hold for it.
        case notTargeted = "not-targeted"
        /// Its hash lies in no arm's range.
        case notCovered = "not-covered"
        /// The experiment is over: everybody gets the arm that was decided for.
        case decided
    }

    /// The unit: a user, a session, a request.
    package var unit: String
    /// The arm's name; nil for a unit that takes no part and gets what everybody gets.
    package var arm: String?
    /// Why.
    package var reason: Reason
    /// Where its hash lies from 0 to 1.
    package var bucket: Double

    /// Makes an assignment.
    package init(unit: String, arm: String?, reason: Reason, bucket: Double) {
        self.unit = unit
        self.arm = arm
        self.reason = reason
        self.bucket = bucket
    }
}
