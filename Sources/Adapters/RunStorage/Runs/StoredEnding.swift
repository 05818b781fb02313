// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import Pipelines

/// What is stored of how a run was left.
package struct StoredEnding: Sendable {
    /// Where the run stands.
    package private(set) var state = RunState.waiting
    /// What came out.
    package private(set) var output: StoredValue?
    /// Why it failed.
    package private(set) var failure: RunFailure?
    /// What it waits for.
    package private(set) var pending: String?

    /// Prepares what is stored.
    package init(_ ending: RunEnding) {
        switch ending {
        case .succeeded(let value): (self.state, self.output) = (.succeeded, StoredValue(value))
        case .failed(let reason): (self.state, self.failure) = (.failed, reason)
        case .cancelled: self.state = .cancelled
        case .waiting(let answers): self.pending = PendingAnswer.stored(answers)
        }
    }
}
