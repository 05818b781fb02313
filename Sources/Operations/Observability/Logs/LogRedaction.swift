// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware

/// Keeps secrets, and unless asked for what users and models say, out of log lines.
public struct LogRedaction: Sendable {
    /// Whether what users and models say is shown.
    public var showsContent: Bool

    /// Keys whose values are what users and models say, or headers that hold secrets.
    private static let contentKeys: Set<String> = [
        "prompt", "content", "messages", "message_text", "text", "input", "inputs", "output", "outputs", "answer",
        "completion", "body", "arguments", "gen_ai.input.messages", "gen_ai.output.messages",
        "gen_ai.system_instructions",
    ]
    private static let secretKeys: Set<String> = [
        "authorization", "proxy-authorization", "cookie", "set-cookie", "api_key", "api-key", "x-api-key", "password",
        "secret", "token",
    ]

    /// Hides secrets and content, or secrets only.
    public init(showsContent: Bool = false) { self.showsContent = showsContent }

    /// A text without secrets.
    func cleaned(_ text: String) -> String { SecretScanner.scan(text).text }

    /// A value without secrets, and without content unless that is shown.
    func cleaned(_ value: AttributeValue, of key: String) -> AttributeValue {
        let key = key.lowercased()
        if Self.secretKeys.contains(key) { return "[REDACTED]" }
        if !self.showsContent, Self.contentKeys.contains(key) { return "[content]" }
        switch value {
        case .string(let text): return .string(self.cleaned(text))
        case .strings(let texts): return .strings(texts.map(self.cleaned))
        default: return value
        }
    }
}
