// SPDX-License-Identifier: Apache-2.0

/// What a person, or the program in a person's name, asks a model.
///
/// ```swift
/// let prompt = Prompt {
///     "Name three rivers in \(country)."
///     if isShort { "One word each." }
/// }
/// ```
public struct Prompt: Sendable, Hashable {
    /// The words, as the model is to read them.
    package let text: String

    /// A prompt of these words.
    package init(text: String) { self.text = text }

    /// Takes whatever can stand for a prompt: text, generated content, lists of them.
    public init(_ content: some PromptRepresentable) { self = content.promptRepresentation }

    /// Builds a prompt line by line.
    ///
    /// - Throws: What the closure throws.
    public init(@PromptBuilder _ content: () throws -> Prompt) rethrows { self = try content() }
}

extension Prompt: PromptRepresentable {
    /// The prompt itself.
    public var promptRepresentation: Prompt {
        // Without the `return`, the builder of the requirement would ask for this again.
        return self
    }
}

extension Prompt: CustomStringConvertible {
    /// The words.
    public var description: String { self.text }
}

/// Something that can stand in a prompt.
public protocol PromptRepresentable {
    /// The prompt that it stands for.
    @PromptBuilder var promptRepresentation: Prompt { get }
}

extension String: PromptRepresentable {
    /// The text as a prompt.
    public var promptRepresentation: Prompt { Prompt(text: self) }
}

extension Array: PromptRepresentable where Element: PromptRepresentable {
    /// The elements, a line each.
    public var promptRepresentation: Prompt { Prompt(text: PromptLines.joined(self.map(\.promptRepresentation.text))) }
}
