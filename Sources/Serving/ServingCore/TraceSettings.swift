// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Triton's settings for tracing, which this server has as off: its traces go to a collector by OpenTelemetry.
package enum TraceSettings {
    /// The settings by Triton's names.
    package static let values: [(name: String, values: [String])] = [
        ("trace_file", [""]), ("trace_level", ["OFF"]), ("trace_rate", ["1000"]), ("trace_count", ["-1"]),
        ("log_frequency", ["0"]), ("trace_mode", ["triton"]),
    ]

    /// Accepts what changes nothing.
    ///
    /// - Parameter changes: Settings with their new values; none stands for the default.
    /// - Throws: ``ServingError`` with code `.unsupported` for anything that would trace, `.invalidArgument` for a setting
    ///   that there is not.
    package static func check(_ changes: [(name: String, values: [String])]) throws {
        for (name, values) in changes {
            guard let current = Self.values.first(where: { $0.name == name }) else {
                throw ServingError(
                    .invalidArgument,
                    "There is no setting '\(name)'. \(NearestName.hint(for: name, in: Self.values.map(\.name)))")
            }
            guard values.isEmpty || values == current.values else {
                throw ServingError(
                    .unsupported,
                    "'\(name)' cannot be changed: this server writes no trace files; its traces go by OpenTelemetry.")
            }
        }
    }
}
