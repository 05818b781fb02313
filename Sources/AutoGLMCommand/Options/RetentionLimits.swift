// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFacade

/// How many ended runs are kept.
struct RetentionLimits: ParsableArguments {
    @Option(parsing: .unconditional, help: "Keep this many ended runs.")
    var keep: Int?

    @Option(help: "Remove ended runs until the file needs no more than this, such as 500MB or 2GB.")
    var maxSize: Amount<SizeUnit>?

    func validate() throws {
        if let keep, keep < 0 { throw ValidationError("--keep is \(keep); it must be 0 or more.") }
    }

    /// Whether nothing is removed for these reasons.
    var isEmpty: Bool { self.keep == nil && self.maxSize == nil }

    /// The policy with a limit of time.
    func policy(maximumAge: TimeArgument?) -> RetentionPolicy {
        RetentionPolicy(
            maximumAge: maximumAge?.value, maximumCount: self.keep,
            maximumBytes: self.maxSize?.value)
    }
}
