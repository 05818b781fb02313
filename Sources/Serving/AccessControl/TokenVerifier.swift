// SPDX-License-Identifier: Apache-2.0

internal import JWTKit
internal import LLMCore

/// Tells whose a JSON Web Token is.
struct TokenVerifier: Sendable {
    /// How far the clocks of whoever hands out tokens and of this machine may be apart, in seconds.
    private static let leeway = 30.0
    /// A token is a few hundred bytes; what is much longer is none.
    private static let longest = 8 << 10

    private let keys: JWTKeyCollection
    private let settings: TokenSettings
    private let seconds: @Sendable () -> Double

    /// Makes ready the keys.
    ///
    /// - Throws: ``AccessError`` with code `.invalidSettings` for keys of a kind that is not known.
    init(_ settings: TokenSettings, seconds: @escaping @Sendable () -> Double) async throws {
        (self.settings, self.seconds) = (settings, seconds)
        self.keys = JWTKeyCollection()
        do {
            switch settings.signature {
            case .keySet(let json): try await self.keys.add(jwksJSON: json)
            case .secret(let secret): await self.keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            }
        } catch { throw AccessError(.invalidSettings, "The keys for tokens cannot be used: \(error)") }
    }

    /// Whether a text looks like a token: three parts with dots between them.
    static func isToken(_ text: String) -> Bool {
        text.utf8.count <= Self.longest && text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2
    }

    /// What the bearer of a token may do.
    ///
    /// - Throws: ``AccessError`` with code `.unauthenticated`.
    func grant(for token: String) async throws -> AccessGrant {
        let claims: TokenClaims
        do {
            claims = try await self.keys.verify(token, as: TokenClaims.self)
        } catch { throw Self.refusal("The token's signature or form is not valid.", cause: error) }
        let now = self.seconds()
        guard let expiry = claims.exp else { throw Self.refusal("The token says no end ('exp').") }
        guard now < expiry + Self.leeway else { throw Self.refusal("The token has expired.") }
        guard now >= (claims.nbf ?? 0) - Self.leeway else { throw Self.refusal("The token is not valid yet.") }
        if let issuer = self.settings.issuer, claims.iss != issuer {
            throw Self.refusal("The token was handed out by somebody else ('iss').")
        }
        if let audience = self.settings.audience, claims.aud?.texts.contains(audience) != true {
            throw Self.refusal("The token is for somebody else ('aud').")
        }
        guard let subject = claims.sub, !subject.isEmpty else { throw Self.refusal("The token names nobody ('sub').") }
        // Names of several scopes may stand in one text, and some are other programs'.
        let scopes = claims.scope.map { claim in
            Set(claim.texts.flatMap { $0.split(separator: " ") }.compactMap { AccessScope(rawValue: String($0)) })
        }
        return AccessGrant(
            name: "jwt:\(subject.prefix(100))", scopes: scopes ?? self.settings.scopes,
            models: claims.models.map { $0.texts.map { ModelPattern($0) } }, allowance: self.settings.allowance)
    }

    private static func refusal(_ message: String, cause: (any Error)? = nil) -> AccessError {
        AccessError(.unauthenticated, message, cause: cause)
    }
}

/// What a token says.
private struct TokenClaims: JWTPayload {
    /// A text or several.
    enum Texts: Codable {
        case one(String)
        case several([String])

        var texts: [String] {
            switch self {
            case .one(let text): [text]
            case .several(let texts): texts
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .one(text)
            } else {
                self = .several(try container.decode([String].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(self.texts)
        }
    }

    var iss: String?
    var sub: String?
    var aud: Texts?
    var exp: Double?
    var nbf: Double?
    var scope: Texts?
    var models: Texts?

    /// Claims are compared with settings after the signature.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
