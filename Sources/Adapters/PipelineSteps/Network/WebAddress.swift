// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import LLMCore
internal import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Which server a URL names.
struct WebAddress: Sendable {
    /// The server's name or address.
    let host: String

    /// Reads a URL.
    init(_ text: String) throws(PipelineError) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(percentEncoded: false), !host.isEmpty, url.user == nil
        else {
            throw PipelineError(
                .invalidValue,
                "'\(text.prefix(80))' is no URL that can be asked; write http:// or https:// and a server's name.")
        }
        self.host = host
    }

    /// Refuses a server any of whose addresses is in a local network, however it is written.
    ///
    /// - Throws: ``PipelineError`` with code `.notAllowed`, also where the name is unknown.
    func refuseLocal() async throws {
        let host = self.host
        let addresses = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try LocalNetworks.addresses(of: host) })
            }
        }
        guard !addresses.isEmpty, !addresses.contains(where: LocalNetworks.contain) else {
            throw PipelineError(
                .notAllowed, "'\(host)' is in a local network, which is not allowed; allow local networks to ask it.")
        }
    }
}
