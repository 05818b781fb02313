// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import GRPCProtobuf
internal import GRPCStatuses
internal import LLMCore

extension LLMError where Domain == LLMDomain {
    /// What a failure of a call means: the server's own code where it tells one, else what its status stands for.
    init(_ error: RPCError, from server: String) {
        let status = try? error.unpackGoogleRPCStatus()
        let reason = status?.details.compactMap { $0.errorInfo?.reason }.first ?? ""
        let message = "The server at \(server) refused: \(error.message.prefix(1000))"
        self.init(Self.code(reason) ?? Code(error.code), message, cause: error)
        self.retryAfter = status?.details.compactMap { $0.retryInfo?.delay }.first
    }

    private static func code(_ reason: String) -> Code? {
        let prefix = "\(LLMDomain.name)."
        return reason.hasPrefix(prefix) ? Code(rawValue: String(reason.dropFirst(prefix.count))) : nil
    }
}
