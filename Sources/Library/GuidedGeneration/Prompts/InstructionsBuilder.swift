// SPDX-License-Identifier: Apache-2.0

/// Puts instructions together from parts, a line each; conditions and loops may choose them.
@resultBuilder
public struct InstructionsBuilder {
    /// Takes a part.
    public static func buildExpression<Part: InstructionsRepresentable>(_ expression: Part) -> Part { expression }

    /// Takes instructions.
    public static func buildExpression(_ expression: Instructions) -> Instructions { expression }

    /// Puts parts below each other.
    public static func buildBlock<each Part: InstructionsRepresentable>(_ components: repeat each Part) -> Instructions
    {
        var texts = [String]()
        for component in repeat each components { texts.append(component.instructionsRepresentation.text) }
        return Instructions(text: PromptLines.joined(texts))
    }

    /// Puts the parts of a loop below each other.
    public static func buildArray(_ components: [some InstructionsRepresentable]) -> Instructions {
        components.instructionsRepresentation
    }

    /// Takes the first branch of a condition.
    public static func buildEither(first component: some InstructionsRepresentable) -> Instructions {
        component.instructionsRepresentation
    }

    /// Takes the other branch of a condition.
    public static func buildEither(second component: some InstructionsRepresentable) -> Instructions {
        component.instructionsRepresentation
    }

    /// Takes a part that may be missing.
    public static func buildOptional(_ component: Instructions?) -> Instructions { component ?? Instructions(text: "") }

    /// Takes a part that not every version of a system has.
    public static func buildLimitedAvailability(_ component: some InstructionsRepresentable) -> Instructions {
        component.instructionsRepresentation
    }
}
