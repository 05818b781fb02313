// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import Crypto
internal import HTTPTypes
package import Hummingbird
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Request {
    private static let keyHeader = HTTPField.Name("x-api-key")
    private static let nameBytes = 6

    /// Who asks, for accounts and fair shares: the name of the key that the request was let in by.
    ///
    /// Where everybody is let in, it is a name for the key that the request shows, or else its user.
    /// A name that is made for a key is the beginning of its SHA-256, so that keys are in no account.
    /// - Parameter user: Who the request says that it is for; empty for nobody in particular.
    package func caller(user: String) -> String {
        if let admission = Admission.current { return admission.name }
        guard let secret = self.credential, !secret.isEmpty else { return user }
        let hash = SHA256.hash(data: Data(secret.utf8)).prefix(Self.nameBytes)
        return "key-" + hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The key that the request shows.
    var credential: String? { self.bearerToken ?? Self.keyHeader.flatMap { self.headers[$0] } }

    private var bearerToken: String? {
        let scheme = "bearer "
        guard let value = self.headers[.authorization], value.lowercased().hasPrefix(scheme) else { return nil }
        return String(value.dropFirst(scheme.count))
    }
}

extension GenerationRequest {
    /// The same, accounted to whoever asks.
    func asked(by request: Request) -> GenerationRequest {
        var generation = self
        generation.scheduling.client = request.caller(user: self.scheduling.client)
        return generation
    }
}
