// SPDX-License-Identifier: Apache-2.0

/// A type that can be written as generated content, and so can stand in prompts and instructions.
public protocol ConvertibleToGeneratedContent: InstructionsRepresentable, PromptRepresentable {
    /// This value as generated content.
    var generatedContent: GeneratedContent { get }
}

extension ConvertibleToGeneratedContent {
    /// This value as JSON in instructions.
    public var instructionsRepresentation: Instructions { Instructions(text: self.generatedContent.jsonString) }

    /// This value as JSON in a prompt.
    public var promptRepresentation: Prompt { Prompt(text: self.generatedContent.jsonString) }
}
