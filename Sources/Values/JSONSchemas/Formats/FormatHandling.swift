// SPDX-License-Identifier: Apache-2.0

/// What a schema's `format` does.
public enum FormatHandling: Sendable, Hashable {
    /// It describes and constrains nothing, as the specification has it.
    case annotation
    /// A string that is not of the format is invalid; unknown formats are ignored.
    case assertion
}
