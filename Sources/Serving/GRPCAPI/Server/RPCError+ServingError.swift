// SPDX-License-Identifier: Apache-2.0

package import GRPCCore
package import LLMCore
package import ServingCore

extension RPCError {
    /// Where this server's errors meet gRPC: each code with its status.
    package static let statuses: [ServingError.Code: RPCError.Code] = [
        .invalidArgument: .invalidArgument, .notFound: .notFound, .unavailable: .unavailable,
        .unsupported: .unimplemented, .backendFailed: .internalError,
    ]

    /// What a client is told about any error.
    package init(telling error: any Error) {
        switch error {
        case let error as RPCError: self = error
        case is CancellationError: self.init(code: .cancelled, message: "The call was cancelled.")
        default:
            let told = ServingError(error)
            self.init(code: Self.statuses[told.code] ?? .unknown, message: told.message)
        }
    }

    /// Works, and tells what fails in gRPC's terms.
    static func telling<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch { throw RPCError(telling: error) }
    }
}
