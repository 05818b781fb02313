// SPDX-License-Identifier: Apache-2.0

public import PromptTemplates

/// What became of a plugin that was asked for.
public struct PluginStatus: Sendable {
    /// The plugin's name.
    public var name: String
    /// The version that is loaded; nil if none is.
    public var version: SemanticVersion?
    /// The number of its own process; nil in this process.
    public var process: Int32?
    /// What keeps its own process from the system: `seccomp`, `landlock`.
    public var walls: [String]
    /// The bytes that it takes: of its own process all that are resident; in this process its library and what it says that it has.
    public var memory: UInt64
    /// What it says is wrong with it; nil if nothing is.
    public var complaint: String?
    /// For how much longer it is left alone; nil if it is not.
    public var quarantine: Duration?
    /// How often a version was replaced by another.
    public var swaps: Int
    /// What its calls took, of all versions.
    public var account: PluginAccount
}

/// What the calls of a plugin took.
public struct PluginAccount: Sendable, Hashable {
    /// How many calls have ended.
    public var calls = 0
    /// How many of them the plugin called failed.
    public var failures = 0
    /// How many crashed, hung, or broke what the manifest promises.
    public var faults = 0
    /// How long they took together.
    public var time: Duration = .zero
    /// How long the longest took.
    public var longest: Duration = .zero
}
