// SPDX-License-Identifier: Apache-2.0

/// What a look at an experiment shows, and what it means.
package struct Review: Sendable, Hashable {
    /// What should be done.
    package enum Decision: Sendable, Hashable {
        /// Nothing is decided; the text says what is missing.
        case goOn(String)
        /// Units do not arrive in the planned shares: look for what is broken before anything else is believed.
        case distrust(String)
        /// An arm is better, and nothing speaks against it.
        case adopt(arm: String, reason: String)
        /// An arm breaks a guardrail and must be taken back.
        case rollBack(GuardrailBreach)

        /// A word for it.
        package var name: String {
            switch self {
            case .goOn: "go-on"
            case .distrust: "distrust"
            case .adopt: "adopt"
            case .rollBack: "roll-back"
            }
        }

        /// Why, in a sentence.
        package var reason: String {
            switch self {
            case .goOn(let reason), .distrust(let reason), .adopt(_, let reason): reason
            case .rollBack(let breach): breach.reason
            }
        }
    }

    /// Each arm against the control on each metric that decides.
    package var comparisons: [Comparison]
    /// Whether units arrive in the planned shares; nil where the shares change while the experiment runs.
    package var ratio: SampleRatio?
    /// The always-valid p-value of the shares.
    package var ratioPValue: Double
    /// The guardrails that are broken.
    package var breaches: [GuardrailBreach]
    /// What should be done.
    package var decision: Decision

    /// Whether the shares are so unlikely that something must be broken.
    package var isMismatched: Bool { self.ratioPValue < SampleRatio.warningLevel }
}
