// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import RemoteTransport

extension LLMError where Domain == LLMDomain {
    /// What an error of the connection means to those who talk to models.
    ///
    /// - Parameter isAnswered: Whether the answer had begun.
    package init(_ error: TransportError, isAnswered: Bool) {
        let code: Code =
            switch error.code {
            case .timedOut: .deadlineExceeded
            case .connectionFailed: .unavailable
            case .untrusted: .unauthorized
            case .interrupted: isAnswered ? .truncatedStream : .unavailable
            case .invalidRequest, .invalidProxy: .invalidRequest
            case .tooLarge: .unusableAnswer
            default: .backendFailed
            }
        self.init(code, error.message, cause: error.cause)
    }
}
