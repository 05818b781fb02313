// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of plugins and of loading them.
public enum PluginDomain: ErrorDomain {
    /// The family's name.
    public static let name = "plugin"
}

/// An error of a plugin, or of loading one; what a plugin says itself has its name before its code, `word-count.empty-text`.
public typealias PluginError = DomainError<PluginDomain>

extension PluginError.Code where Domain == PluginDomain {
    /// There is no plugin of that name, or none with such a step.
    public static var unknown: Self { "unknown" }
    /// The plugin is of another kind than what it is used for.
    public static var wrongKind: Self { "wrong-kind" }
    /// The manifest cannot be read; the message has a line for everything that is wrong.
    public static var invalidManifest: Self { "invalid-manifest" }
    /// The library is not the one that the manifest names by its hash.
    public static var altered: Self { "altered" }
    /// The library speaks another version of the interface.
    public static var wrongABI: Self { "wrong-abi" }
    /// The library cannot be loaded, or is no plugin.
    public static var cannotLoad: Self { "cannot-load" }
    /// The plugin gave something that its manifest does not promise, or that is no JSON.
    public static var badReply: Self { "bad-reply" }
    /// The plugin was given something that its manifest does not take.
    public static var badInput: Self { "bad-input" }
    /// What it needs is not there, or it conflicts with what is; the message says who wants what.
    public static var unresolved: Self { "unresolved" }
    /// The policy does not let it be loaded.
    public static var forbidden: Self { "forbidden" }
    /// The policy cannot be read; the message has a line for everything that is wrong.
    public static var invalidPolicy: Self { "invalid-policy" }
    /// It is no key to sign with.
    public static var badKey: Self { "bad-key" }
    /// The process of the plugin has ended while it was asked.
    public static var crashed: Self { "crashed" }
    /// The call took longer than the policy lets one take.
    public static var hung: Self { "hung" }
    /// The process of the plugin has taken more memory than the policy lets it take.
    public static var outOfMemory: Self { "out-of-memory" }
    /// It has failed too often, and is left alone for a while.
    public static var quarantined: Self { "quarantined" }
    /// It has been removed.
    public static var unloaded: Self { "unloaded" }
    /// It cannot be installed there, or made.
    public static var cannotInstall: Self { "cannot-install" }
}
