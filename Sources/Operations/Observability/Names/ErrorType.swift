// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What errors are called where they are counted and told of: few names, and no content of requests.
package enum ErrorType {
    /// What `error.type` says where whoever asked went away.
    package static let cancelled = "cancelled"

    /// The error's code, or the name of its type.
    package static func name(of error: any Error) -> String {
        switch error {
        case let error as any CodedError: error.codeName
        case is CancellationError: self.cancelled
        default: "\(type(of: error))"
        }
    }

    /// What happened, in words; nothing of errors that this project does not know, since they may quote anything.
    package static func message(of error: any Error) -> String {
        (error as? any CodedError).map(\.message) ?? self.name(of: error)
    }
}
