// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The errors of the command line itself.
enum CommandDomain: ErrorDomain {
    /// The family's name.
    static let name = "command"
}

/// An error of the command line itself.
typealias CommandError = DomainError<CommandDomain>

extension CommandError.Code where Domain == CommandDomain {
    /// A file or standard input cannot be read, or holds something else than it should.
    static var badInput: Self { "bad-input" }
    /// Standard output cannot be written.
    static var outputFailed: Self { "output-failed" }
    /// What was to be measured did not happen.
    static var notMeasurable: Self { "not-measurable" }
    /// An answer was not complete when it had as many tokens as it may have.
    static var cutShort: Self { "cut-short" }
    /// This version does not have that yet.
    static var notAvailable: Self { "not-available" }
}
