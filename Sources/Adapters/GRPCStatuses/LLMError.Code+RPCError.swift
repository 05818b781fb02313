// SPDX-License-Identifier: Apache-2.0

package import GRPCCore
package import LLMCore

extension LLMError.Code where Domain == LLMDomain {
    /// What the status of a call that failed means to those who talk to models.
    package init(_ status: RPCError.Code) {
        self =
            switch status {
            case .invalidArgument, .failedPrecondition, .outOfRange: .invalidRequest
            case .notFound: .unknownModel
            case .unimplemented: .unsupported
            case .deadlineExceeded: .deadlineExceeded
            case .unauthenticated, .permissionDenied: .unauthorized
            case .resourceExhausted: .rateLimited
            case .unavailable: .unavailable
            default: .backendFailed
            }
    }
}
