// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of training.
package enum TrainingDomain: ErrorDomain {
    /// The family's name.
    package static let name = "training"
}

/// An error of training.
package typealias TrainingError = DomainError<TrainingDomain>

extension TrainingError.Code where Domain == TrainingDomain {
    /// Data are not what they should be; the message names the file and the line.
    package static var badData: Self { "bad-data" }
    /// There is nothing to learn from, or nothing to judge by.
    package static var noData: Self { "no-data" }
    /// Settings are out of their range.
    package static var badSettings: Self { "bad-settings" }
    /// A checkpoint is of another training.
    package static var otherTraining: Self { "other-training" }
    /// The loss is no number any more.
    package static var diverged: Self { "diverged" }
    /// A process that should be one of several cannot join them.
    package static var noGroup: Self { "no-group" }
    /// Another process is gone, or cannot be reached; the training can go on from its last checkpoint.
    package static var lostGroup: Self { "lost-group" }
}
