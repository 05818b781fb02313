// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// A secret that a server knows its caller by; printing it shows nothing of it.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for the header that carries it and nothing else.
    package let secret: String

    /// Takes a secret without the white space around it.
    ///
    /// - Throws: ``TransportError`` with code `.missingSecret` where nothing is left, or where it cannot stand in a header.
    public init(_ secret: String) throws {
        let secret = secret.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty, secret.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw TransportError(
                .missingSecret,
                "A key is empty or has characters that are not allowed in one; check where it comes from.")
        }
        self.secret = secret
    }

    /// Reads a key from a variable of the environment.
    ///
    /// - Parameters:
    ///   - name: The variable's name, such as `OPENAI_API_KEY`.
    ///   - environment: The variables; nil is those of this process.
    /// - Returns: The key, or nil where the variable is not set or empty.
    /// - Throws: ``TransportError`` with code `.missingSecret` where it is no key.
    public static func environment(
        _ name: String, in environment: [String: String]? = nil
    ) throws -> APIKey? {
        guard let value = (environment ?? ProcessInfo.processInfo.environment)[name], !value.isEmpty else { return nil }
        return try APIKey(value)
    }

    /// Reads a key from a file.
    ///
    /// - Throws: ``TransportError`` with code `.missingSecret` where the file cannot be read or holds no key.
    public static func file(_ path: String) throws -> APIKey {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw TransportError(.missingSecret, "Cannot read the key in the file '\(path)'.")
        }
        return try APIKey(text)
    }

    /// A text without the key, where it quotes it.
    package func redacted(from text: String) -> String { text.replacing(self.secret, with: "[key]") }

    /// Nothing of the secret.
    public var description: String { "[key]" }
    /// Nothing of the secret.
    public var debugDescription: String { self.description }
    /// Nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
