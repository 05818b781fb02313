// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// The errors of models that we train.
package enum TaskModelDomain: ErrorDomain {
    /// The family's name.
    package static let name = "task-model"
}

/// An error of a model that we train, or on the way to it.
package typealias TaskModelError = DomainError<TaskModelDomain>

extension TaskModelError.Code where Domain == TaskModelDomain {
    /// A model's files, or data to learn from, are not what they should be.
    package static var malformed: Self { "malformed" }
    /// There is nothing to learn from.
    package static var noData: Self { "no-data" }
    /// Settings contradict each other or what there is.
    package static var badSettings: Self { "bad-settings" }
}
