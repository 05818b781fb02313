// SPDX-License-Identifier: Apache-2.0

/// Where a training is.
package struct TrainingProgress: Sendable {
    /// What is done.
    package enum Phase: Sendable {
        /// The model learns.
        case training
        /// The development part is read.
        case judging
    }

    package let phase: Phase
    /// The number of the epoch, from 1, and of how many.
    package let epoch: Int, epochs: Int
    /// How many steps of the epoch are done, and how many it has.
    package let step: Int, steps: Int
    /// The mean loss of the epoch's steps so far, in nats.
    package let loss: Double
    /// How many pieces were read a second.
    package let tokensPerSecond: Double
}
