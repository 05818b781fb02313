// SPDX-License-Identifier: Apache-2.0

/// What a screen does with what it finds.
public enum ScreenAction: String, Sendable, CaseIterable {
    /// Refuses the request, or ends the answer there with the reason `content_filter`.
    case block
    /// Replaces it by its kind in brackets and goes on.
    case redact
}
