// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// What a text says of itself: its language, sentences, tokens and what it names.
public struct TextAnalysis: Sendable, Hashable {
    /// Characters of a text that are looked at; the rest is left out.
    public static let maximumCharacters = 1_000_000

    /// Its language.
    public var language: LanguageIdentifier.Guess
    /// Its sentences.
    public var sentences: [String]
    /// Its tokens.
    public var tokens: [TextToken]
    /// What it names.
    public var entities: [TextEntity]

    /// Looks at a text.
    public init(_ text: String, identifier: LanguageIdentifier = LanguageIdentifier()) {
        let text = String(text.prefix(Self.maximumCharacters))
        self.language = identifier.identify(text)
        self.sentences = SentenceSplitter.sentences(of: text)
        self.tokens = TextTokenizer.tokens(of: text)
        self.entities = EntityFinder.entities(of: self.tokens)
    }
}

/// The handler of texts.
public struct TextHandler: InputHandler {
    /// What routing tables know it by.
    public static let kind = InputHandlerKind(
        "parse-text", "Tells a text's language, sentences, tokens and what it names.", takes: [.text],
        options: [InputHandlerKind.Option("tokens", .bool, "Whether the tokens are listed (usually not).")]
    ) { options in TextHandler(listsTokens: options["tokens"]?.boolValue ?? false) }

    private let listsTokens: Bool
    private let identifier = LanguageIdentifier()

    /// Makes the handler.
    public init(listsTokens: Bool = false) { self.listsTokens = listsTokens }

    /// Looks at a text.
    ///
    /// - Throws: ``MultimodalError`` with code `.unsuitable` for what is no text.
    public func handle(_ event: InputEvent) async throws -> InputFindings {
        guard case .text(let text) = event.payload else {
            throw MultimodalError(.unsuitable, "The event of '\(event.source)' is no text.")
        }
        let analysis = TextAnalysis(text, identifier: self.identifier)
        var findings = InputFindings(
            text: text,
            details: [
                "language": .string(analysis.language.language),
                "language_confidence": .number((analysis.language.confidence * 1_000).rounded() / 1_000),
                "sentences": .array(analysis.sentences.map { .string($0) }),
                "token_count": .integer(analysis.tokens.count),
                "entities": .array(
                    analysis.entities.map { ["kind": .string($0.kind.rawValue), "text": .string($0.text)] }),
            ])
        if self.listsTokens {
            findings.details["tokens"] = .array(
                analysis.tokens.map { ["text": .string($0.text), "kind": .string($0.kind.rawValue)] })
        }
        return findings
    }
}
