// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import SourceDocuments

/// A length of time on the command line, such as `90s`, `12h` or `30d`.
struct TimeArgument: ExpressibleByArgument {
    /// How long.
    let value: Duration

    init?(argument: String) {
        guard let value = Duration(written: argument) else { return nil }
        self.value = value
    }
}
