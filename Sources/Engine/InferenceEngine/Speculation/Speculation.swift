// SPDX-License-Identifier: Apache-2.0

/// How the engine guesses tokens that it then checks several at a time (speculative decoding, Leviathan and others 2023).
///
/// The answer is the same with and without: a guess is kept only where it is the token that was sampled anyway. How many
/// tokens are guessed follows from how often guesses were right and what checking them costs; where it does not pay,
/// nothing is guessed.
public struct Speculation: Sendable, Hashable {
    enum Kind: Hashable {
        case off
        case promptLookup
        case draftModel(path: String)
    }

    let kind: Kind
    /// The most tokens that are guessed at a time.
    public var maximumDraft = 8

    /// No guesses.
    public static let off = Self(kind: .off)
    /// Guesses that what followed the last words before follows them again (Saxena 2023: prompt lookup decoding).
    public static let promptLookup = Self(kind: .promptLookup)
    /// Guesses by a smaller model with the same vocabulary.
    ///
    /// - Parameter path: Its GGUF file.
    public static func draftModel(path: String) -> Self { Self(kind: .draftModel(path: path)) }
}
