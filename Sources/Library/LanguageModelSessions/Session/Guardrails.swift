// SPDX-License-Identifier: Apache-2.0

/// A check of the application's own on what goes into a model and what comes out.
public protocol Guardrails: Sendable {
    /// Judges a prompt before the model reads it.
    ///
    /// - Returns: Why it must not pass, or nil.
    func violation(inPrompt text: String) async throws -> String?

    /// Judges a whole response before the session takes it; of a stream, parts have been seen by then.
    ///
    /// - Returns: Why it must not pass, or nil.
    func violation(inResponse text: String) async throws -> String?
}
