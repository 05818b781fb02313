// SPDX-License-Identifier: Apache-2.0

/// What kind of thing comes in.
public enum InputModality: String, Sendable, Hashable, CaseIterable {
    /// Words.
    case text
    /// Pictures.
    case image
    /// Recordings.
    case audio
}
