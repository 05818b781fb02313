// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The strongest evidence seen so far, which makes a p-value that is valid at every look.
///
/// By Ville's inequality an e-process ever reaches 1/α with probability α at most, so 1 over its highest value is a p-value
/// that only falls and may be read at any time.
package struct EvidencePeak: Sendable, Hashable {
    /// The logarithm of the highest e-value; 0 before the first look.
    package private(set) var logarithm: Double

    /// Begins, or goes on, with a highest value.
    package init(logarithm: Double = 0) { self.logarithm = max(0, logarithm) }

    /// Takes another look.
    package mutating func observe(_ logEvidence: Double) {
        if logEvidence > self.logarithm { self.logarithm = logEvidence }
    }

    /// The always-valid p-value.
    package var pValue: Double { .exp(-self.logarithm) }
}
