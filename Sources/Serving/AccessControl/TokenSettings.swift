// SPDX-License-Identifier: Apache-2.0

internal import JWTKit
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JSON Web Tokens that are taken as keys.
package struct TokenSettings: Sendable {
    /// What tokens are signed with.
    package enum Signature: Sendable {
        /// Public keys, as a JSON Web Key Set (RFC 7517): RS256, ES256, EdDSA and their like.
        case keySet(json: String)
        /// A secret that both sides know (HS256).
        case secret(String)
    }

    /// What tokens are signed with.
    package var signature: Signature
    /// Who must have handed them out (`iss`); nil for anybody who can sign.
    package var issuer: String?
    /// For whom they must be (`aud`); nil for anybody.
    package var audience: String?
    /// What a token may do that does not say so itself (`scope`).
    package var scopes: Set<AccessScope> = [.inference]
    /// How much each subject may ask for.
    package var allowance: Allowance?

    /// Describes tokens.
    ///
    /// - Throws: ``AccessError`` with code `.invalidSettings` for a set of keys that cannot be read or has none.
    package init(_ signature: Signature) throws {
        self.signature = signature
        guard case .keySet(let json) = signature else { return }
        do {
            let keys = try JSONDecoder().decode(JWKS.self, from: Data(json.utf8)).keys
            guard !keys.isEmpty, keys.allSatisfy({ $0.keyIdentifier != nil }) else {
                throw AccessError(.invalidSettings, "A set of keys needs at least one key, and each a 'kid'.")
            }
        } catch let error as AccessError {
            throw error
        } catch { throw AccessError(.invalidSettings, "The set of keys is no JSON Web Key Set: \(error)") }
    }
}
