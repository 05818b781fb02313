// SPDX-License-Identifier: Apache-2.0

/// What the program tells a model about its role; it holds for a whole session and comes before every prompt.
///
/// ```swift
/// let instructions = Instructions {
///     "You help people find their way."
///     "Answer in one sentence."
/// }
/// ```
public struct Instructions: Sendable, Hashable {
    /// The words, as the model is to read them.
    package let text: String

    /// Instructions of these words.
    package init(text: String) { self.text = text }

    /// Takes whatever can stand for instructions: text, generated content, lists of them.
    public init(_ content: some InstructionsRepresentable) { self = content.instructionsRepresentation }

    /// Builds instructions line by line.
    ///
    /// - Throws: What the closure throws.
    public init(@InstructionsBuilder _ content: () throws -> Instructions) rethrows { self = try content() }
}

extension Instructions: InstructionsRepresentable {
    /// The instructions themselves.
    public var instructionsRepresentation: Instructions {
        // Without the `return`, the builder of the requirement would ask for this again.
        return self
    }
}

extension Instructions: CustomStringConvertible {
    /// The words.
    public var description: String { self.text }
}

/// Something that can stand in instructions.
public protocol InstructionsRepresentable {
    /// The instructions that it stands for.
    @InstructionsBuilder var instructionsRepresentation: Instructions { get }
}

extension String: InstructionsRepresentable {
    /// The text as instructions.
    public var instructionsRepresentation: Instructions { Instructions(text: self) }
}

extension Array: InstructionsRepresentable where Element: InstructionsRepresentable {
    /// The elements, a line each.
    public var instructionsRepresentation: Instructions {
        Instructions(text: PromptLines.joined(self.map(\.instructionsRepresentation.text)))
    }
}
