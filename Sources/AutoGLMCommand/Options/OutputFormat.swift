// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// One JSON object for programs.
    case json
}

/// The option that every command with a result has.
struct OutputOptions: ParsableArguments {
    @Option(name: .customLong("output"), help: "How to print the result: text or json.")
    var format: OutputFormat = .text
}
