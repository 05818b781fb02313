// SPDX-License-Identifier: Apache-2.0

/// What a kind of secret looks like: fixed beginnings, each followed by a run of certain bytes.
struct SecretPattern: Sendable {
    /// A beginning, and the run after it.
    struct Part: Sendable {
        let literal: [UInt8]
        let run: ByteSet
        /// The fewest bytes of the run.
        let minimum: Int
    }

    /// Where a secret ends.
    enum End: Sendable {
        /// With the last part's run.
        case run
        /// With the line that begins like this, or with the text.
        case line(after: [UInt8])
    }

    /// What kind of secret it is, for messages.
    let kind: String
    let parts: [Part]
    let end: End
    /// Whether one of the first bytes after the beginning must be a digit: random ones hardly ever lack one, words do.
    let needsDigit: Bool

    /// A beginning followed by a run.
    init(_ kind: String, _ literal: StaticString, _ run: ByteSet, _ minimum: Int, needsDigit: Bool = true) {
        self.kind = kind
        self.parts = [Part(literal: Self.bytes(literal), run: run, minimum: minimum)]
        self.end = .run
        self.needsDigit = needsDigit
    }

    private init(_ kind: String, parts: [Part], end: End) {
        self.kind = kind
        self.parts = parts
        self.end = end
        self.needsDigit = false
    }

    /// A private key in PEM: all up to the line that ends it.
    private static func pem(_ label: StaticString) -> Self {
        let opening = Part(literal: self.bytes("-----BEGIN ") + self.bytes(label), run: ByteSet("-"), minimum: 5)
        return Self("private-key", parts: [opening], end: .line(after: Self.bytes("-----END ")))
    }

    private static func bytes(_ text: StaticString) -> [UInt8] { text.withUTF8Buffer { Array($0) } }

    /// A JSON web token: header and claims are objects, and so begin alike in Base64.
    private static let webToken = Self(
        "json-web-token",
        parts: [
            Part(literal: bytes("eyJ"), run: .tokens, minimum: 8),
            Part(literal: bytes(".eyJ"), run: .base64, minimum: 8),
        ], end: .run)

    /// The kinds of secrets that are looked for, those with the longer beginning first.
    static let known: [Self] = [
        Self("anthropic-key", "sk-ant-", .tokens, 24),
        Self("openai-key", "sk-", .tokens, 32),
        Self("stripe-key", "sk_live_", .alphanumerics, 16),
        Self("stripe-key", "rk_live_", .alphanumerics, 16),
        Self("aws-access-key", "AKIA", .upper, 16, needsDigit: false),
        Self("aws-access-key", "ASIA", .upper, 16, needsDigit: false),
        Self("github-token", "github_pat_", .tokens, 22),
        Self("github-token", "ghp_", .alphanumerics, 30),
        Self("github-token", "gho_", .alphanumerics, 30),
        Self("github-token", "ghu_", .alphanumerics, 30),
        Self("github-token", "ghs_", .alphanumerics, 30),
        Self("github-token", "ghr_", .alphanumerics, 30),
        Self("gitlab-token", "glpat-", .tokens, 20),
        Self("slack-token", "xoxb-", .tokens, 20),
        Self("slack-token", "xoxp-", .tokens, 20),
        Self("slack-token", "xoxa-", .tokens, 20),
        Self("google-key", "AIza", .tokens, 35),
        Self("hugging-face-token", "hf_", .alphanumerics, 30, needsDigit: false),
        Self("npm-token", "npm_", .alphanumerics, 36),
        Self("pypi-token", "pypi-", .tokens, 50),
        Self("sendgrid-key", "SG.", .base64, 40),
        Self("bearer-token", "Bearer ", .base64, 20),
        .webToken,
        .pem("PRIVATE KEY"), .pem("RSA PRIVATE KEY"), .pem("EC PRIVATE KEY"), .pem("DSA PRIVATE KEY"),
        .pem("OPENSSH PRIVATE KEY"), .pem("ENCRYPTED PRIVATE KEY"), .pem("PGP PRIVATE KEY BLOCK"),
    ]
}
