// SPDX-License-Identifier: Apache-2.0

/// When an utterance is none of what a model knows.
package struct Rejection: Sendable, Equatable {
    /// The intent that stands for everything else; nil where none was learnt.
    package var label: String?
    /// The probability below which an intent is not believed.
    package var threshold: Double

    /// Rejects nothing but what is said to be something else.
    package init(label: String?, threshold: Double = 0) { (self.label, self.threshold) = (label, threshold) }

    /// Whether an intent is believed.
    ///
    /// - Parameters:
    ///   - label: The likeliest intent.
    ///   - probability: Its probability.
    package func accepts(_ label: String, _ probability: Double) -> Bool {
        label != self.label && probability >= self.threshold
    }
}
