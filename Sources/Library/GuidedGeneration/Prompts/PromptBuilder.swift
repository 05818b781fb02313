// SPDX-License-Identifier: Apache-2.0

/// Puts a prompt together from parts, a line each; conditions and loops may choose them.
@resultBuilder
public struct PromptBuilder {
    /// Takes a part.
    public static func buildExpression<Part: PromptRepresentable>(_ expression: Part) -> Part { expression }

    /// Takes a prompt.
    public static func buildExpression(_ expression: Prompt) -> Prompt { expression }

    /// Puts parts below each other.
    public static func buildBlock<each Part: PromptRepresentable>(_ components: repeat each Part) -> Prompt {
        var texts = [String]()
        for component in repeat each components { texts.append(component.promptRepresentation.text) }
        return Prompt(text: PromptLines.joined(texts))
    }

    /// Puts the parts of a loop below each other.
    public static func buildArray(_ components: [some PromptRepresentable]) -> Prompt {
        components.promptRepresentation
    }

    /// Takes the first branch of a condition.
    public static func buildEither(first component: some PromptRepresentable) -> Prompt {
        component.promptRepresentation
    }

    /// Takes the other branch of a condition.
    public static func buildEither(second component: some PromptRepresentable) -> Prompt {
        component.promptRepresentation
    }

    /// Takes a part that may be missing.
    public static func buildOptional(_ component: Prompt?) -> Prompt { component ?? Prompt(text: "") }

    /// Takes a part that not every version of a system has.
    public static func buildLimitedAvailability(_ component: some PromptRepresentable) -> Prompt {
        component.promptRepresentation
    }
}

/// How the parts of prompts and instructions become one text.
enum PromptLines {
    /// The parts below each other; empty ones leave no line.
    static func joined(_ texts: [String]) -> String { texts.filter { !$0.isEmpty }.joined(separator: "\n") }
}
