// SPDX-License-Identifier: Apache-2.0

package import GRPCCore
internal import GRPCStatuses
package import LLMCore
package import RemoteTransport

extension LLMError where Domain == LLMDomain {
    /// What a call's failure means to those who talk to models.
    ///
    /// - Parameters:
    ///   - server: Where it comes from.
    ///   - key: What is taken out of the server's words, should it quote it.
    ///   - isAnswered: Whether the answer had begun.
    package init(_ error: RPCError, from server: String, key: APIKey? = nil, isAnswered: Bool) {
        let code = error.code == .unavailable && isAnswered ? Code.truncatedStream : Code(error.code)
        let said = (key?.redacted(from: error.message) ?? error.message).prefix(1000)
        self.init(
            code, "The server at \(server) refused: \(said) (gRPC status \(error.code)).", cause: error.cause)
    }
}
