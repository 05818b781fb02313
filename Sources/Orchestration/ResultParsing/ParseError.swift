// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of answers that do not have the form asked for.
public enum ResultParsingDomain: ErrorDomain {
    /// The family's name.
    public static let name = "result-parsing"
}

/// An answer that cannot be parsed; the message is written so that the model can be asked again with it.
public typealias ParseError = DomainError<ResultParsingDomain>

extension ParseError.Code where Domain == ResultParsingDomain {
    /// The answer has nothing in it.
    public static var emptyAnswer: Self { "empty-answer" }
    /// The answer holds nothing of the kind that was asked for.
    public static var notFound: Self { "not-found" }
    /// The answer is of the right kind but broken beyond repair.
    public static var malformed: Self { "malformed" }
    /// The answer is nested more deeply than allowed.
    public static var tooDeep: Self { "too-deep" }
    /// The answer could be read in several ways; the message names them.
    public static var ambiguous: Self { "ambiguous" }
    /// The answer was read but is not what the schema or the parser's limits demand.
    public static var mismatch: Self { "mismatch" }
    /// The parser was set up with values that make no sense.
    public static var invalidParser: Self { "invalid-parser" }
}
