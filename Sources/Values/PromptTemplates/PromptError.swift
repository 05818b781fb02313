// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of templates.
public enum PromptDomain: ErrorDomain {
    /// The family's name.
    public static let name = "prompt"
}

/// An error in a template or in what it was given; the message has template, line and column.
public typealias PromptError = DomainError<PromptDomain>

extension PromptError.Code where Domain == PromptDomain {
    /// The template's text breaks the grammar.
    public static var syntax: Self { "syntax" }
    /// A variable, attribute or element that does not exist was used.
    public static var undefinedValue: Self { "undefined-value" }
    /// A variable that a template needs was not given.
    public static var missingVariable: Self { "missing-variable" }
    /// An operation does not fit the type of its operand.
    public static var wrongType: Self { "wrong-type" }
    /// A value is out of the range that an operation takes.
    public static var invalidValue: Self { "invalid-value" }
    /// A division by zero.
    public static var zeroDivision: Self { "zero-division" }
    /// A number does not fit 64 bits.
    public static var overflow: Self { "overflow" }
    /// A filter got arguments that it cannot use.
    public static var invalidArgument: Self { "invalid-argument" }
    /// The template broke a rule while it was rendered.
    public static var runtimeFailure: Self { "runtime-failure" }
    /// The template itself refused its input with `raise_exception`.
    public static var refusedByTemplate: Self { "refused-by-template" }
    /// The sandbox does not let templates do this.
    public static var forbidden: Self { "forbidden" }
    /// Steps, depth or sizes went over a limit of ``TemplateLimits``.
    public static var limitExceeded: Self { "limit-exceeded" }
    /// No template has that name or fits that version range.
    public static var templateNotFound: Self { "template-not-found" }
    /// A library's folder or one of its files could not be read or is malformed.
    public static var invalidLibrary: Self { "invalid-library" }
}
