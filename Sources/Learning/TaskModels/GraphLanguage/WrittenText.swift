// SPDX-License-Identifier: Apache-2.0

/// A text that a graph language model has written.
package struct WrittenText: Sendable {
    /// The text.
    package var text = ""
    /// Its pieces.
    package var pieces: [Int] = []
    /// The logarithm of its probability, in nats.
    package var logProbability = 0.0
    /// Whether the model has ended it; else it was cut.
    package var hasEnded = false
    /// The nodes that grew on the way.
    package var grown: [GrownNode] = []
}
