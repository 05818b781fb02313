// SPDX-License-Identifier: Apache-2.0

import AccessControl
import Crypto
import CryptoExtras
import Foundation
import JWTKit
import LLMCore
import Testing

@Suite("JSON Web Tokens")
struct TokenTests {
    struct Claims: JWTPayload {
        var iss: String? = "us"
        var sub: String? = "ann"
        var aud: [String]? = ["autoglm"]
        var exp: Double? = 2000
        var nbf: Double?
        var scope: String?
        var models: [String]?

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    /// Keys to sign with, and the set of their public halves.
    struct Signer {
        let keys: JWTKeyCollection
        let set: String

        init(algorithm: String) async throws {
            self.keys = JWTKeyCollection()
            switch algorithm {
            case "ES256":
                let key = ES256PrivateKey()
                await self.keys.add(ecdsa: key, kid: "k")
                let point = try #require(key.parameters)
                self.set = Self.set(
                    #""kty":"EC","crv":"P-256","alg":"ES256","x":"\#(Self.url(point.x))","y":"\#(Self.url(point.y))""#)
            case "EdDSA":
                let key = Curve25519.Signing.PrivateKey()
                await self.keys.add(eddsa: EdDSA.PrivateKey(backing: key), kid: "k")
                let point = Self.url(key.publicKey.rawRepresentation.base64EncodedString())
                self.set = Self.set(#""kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"\#(point)""#)
            default:
                let key = try Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
                await self.keys.add(rsa: key, digestAlgorithm: .sha256, kid: "k")
                let (modulus, exponent) = try key.publicKey.getKeyPrimitives()
                let n = Self.url(Data(modulus).base64EncodedString())
                let e = Self.url(Data(exponent).base64EncodedString())
                self.set = Self.set(#""kty":"RSA","alg":"RS256","n":"\#(n)","e":"\#(e)""#)
            }
        }

        private static func set(_ members: String) -> String { #"{"keys":[{"kid":"k",\#(members)}]}"# }

        private static func url(_ base64: String) -> String {
            base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
    }

    private static func access(_ signature: TokenSettings.Signature) async throws -> AccessGuard {
        var settings = AccessSettings()
        var tokens = try TokenSettings(signature)
        (tokens.issuer, tokens.audience) = ("us", "autoglm")
        settings.tokens = tokens
        return try await AccessGuard(settings, seconds: { 1000 })
    }

    @Test(
        "A token that is signed by a key of the set is taken, and one that was changed is not",
        arguments: ["ES256", "EdDSA", "RS256"])
    func signatures(algorithm: String) async throws {
        let signer = try await Signer(algorithm: algorithm)
        let access = try await Self.access(.keySet(json: signer.set))
        let token = try await signer.keys.sign(Claims(), kid: "k")
        #expect(try await access.admit(token, to: .inference)?.name == "jwt:ann")
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = try await signer.keys.sign(Claims(sub: "bob"), kid: "k").split(separator: ".").map(String.init)[1]
        await #expect(throws: AccessError.self) {
            try await access.admit(parts.joined(separator: "."), to: .inference)
        }
        // The public key, which everybody knows, is no secret to sign with.
        let forger = JWTKeyCollection()
        await forger.add(hmac: HMACKey(from: signer.set), digestAlgorithm: .sha256, kid: "k")
        let forged = try await forger.sign(Claims(), kid: "k")
        await #expect(throws: AccessError.self) { try await access.admit(forged, to: .inference) }
    }

    @Test(
        "What a token says is held to",
        arguments: [
            (Claims(), nil), (Claims(aud: ["x", "autoglm"]), nil), (Claims(exp: 980), nil), (Claims(nbf: 1020), nil),
            (Claims(iss: "them"), "iss"), (Claims(iss: nil), "iss"), (Claims(sub: nil), "sub"),
            (Claims(aud: ["x"]), "aud"),
            (Claims(aud: []), "aud"), (Claims(aud: nil), "aud"), (Claims(exp: 960), "expired"),
            (Claims(exp: nil), "exp"),
            (Claims(nbf: 1040), "not valid yet"), (Claims(scope: "admin openid"), "lacks the scope"),
            (Claims(scope: "openid inference"), nil), (Claims(scope: ""), "lacks the scope"),
        ] as [(Claims, String?)])
    func claims(claims: Claims, refusal: String?) async throws {
        let secret = "a secret that both sides know, and nobody else"
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        let token = try await keys.sign(claims)
        let access = try await Self.access(.secret(secret))
        guard let refusal else {
            #expect(try await access.admit(token, to: .inference)?.name == "jwt:ann")
            return
        }
        let error = await #expect(throws: AccessError.self) { try await access.admit(token, to: .inference) }
        #expect(error?.message.contains(refusal) == true, "\(error?.message ?? "")")
    }

    @Test("A token names the models that it is for")
    func models() async throws {
        let keys = JWTKeyCollection()
        await keys.add(hmac: "another secret that is long enough", digestAlgorithm: .sha256)
        let token = try await keys.sign(Claims(models: ["a"]))
        let access = try await Self.access(.secret("another secret that is long enough"))
        let admission = try #require(try await access.admit(token, to: .inference))
        #expect(admission.allows(model: "a") && !admission.allows(model: "b"))
    }

    @Test(
        "What is no token is refused, whatever it is",
        arguments: [
            "..", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "eyJhbGciOiJIUzI1NiJ9.bnVsbA.AAAA",
            "\u{0}.\u{0}.\u{0}",
            "W10.W10.W10", "e30.e30.e30",
        ])
    func hostile(token: String) async throws {
        let access = try await Self.access(.secret("a third secret, long enough, too"))
        let error = await #expect(throws: AccessError.self) { try await access.admit(token, to: .inference) }
        #expect(error?.code == .unauthenticated)
    }

    @Test(
        "A set of keys that is none is refused",
        arguments: ["", "{}", "[]", #"{"keys":[]}"#, #"{"keys":[{"kty":"RSA"}]}"#])
    func badSets(json: String) {
        let error = #expect(throws: AccessError.self) { try TokenSettings(.keySet(json: json)) }
        #expect(error?.code == .invalidSettings)
    }
}
