// SPDX-License-Identifier: Apache-2.0

/// Whether a model may, must or must not ask for tools to be called.
public enum ToolChoice: Sendable, Hashable {
    /// The model decides.
    case auto
    /// The model answers without calling.
    case none
    /// The model calls one of the tools, whichever it likes.
    case required
    /// The model calls the tool of this name.
    case named(String)
}
