// SPDX-License-Identifier: Apache-2.0

/// What cascades are fitted on and judged by: deciders' answers to the same examples, of which the truth is known.
package protocol CascadeMaterial: Sendable {
    /// What is fitted before thresholds are.
    associatedtype Fit: Sendable

    /// How many examples there are.
    var count: Int { get }

    /// Records of deciders that each answer by themselves, with the scores that they give.
    func recordsAlone(of examples: some Collection<Int>) -> [CascadeRecord]

    /// Fits what makes scores say how often answers are right.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords`.
    func fit(on examples: some Collection<Int>) throws -> Fit

    /// Records of a cascade of the deciders; scores are what answers are taken by.
    func records(of examples: some Collection<Int>, by fit: Fit) -> [CascadeRecord]

    /// How surely the first decider is right, by what was fitted, and whether it is.
    func firstAnswers(of examples: some Collection<Int>, by fit: Fit) -> [(score: Double, isRight: Bool)]
}
