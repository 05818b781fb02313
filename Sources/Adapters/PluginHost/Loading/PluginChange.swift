// SPDX-License-Identifier: Apache-2.0

public import PromptTemplates

/// What became of a plugin when its folder was read anew.
public struct PluginChange: Sendable, CustomStringConvertible {
    /// What was done.
    public enum Kind: Sendable {
        /// Later calls go to this version; the old one is nil where nothing was loaded yet.
        case replaced(from: SemanticVersion?, to: SemanticVersion)
        /// The new files cannot be used, and the old version goes on.
        case kept(PluginError)
        /// The plugin is gone.
        case unloaded
    }

    /// The plugin's name.
    public var name: String
    /// What was done.
    public var kind: Kind

    /// Why the old version goes on; nil otherwise.
    public var error: PluginError? { if case .kept(let error) = self.kind { error } else { nil } }

    /// What was done, in words.
    public var description: String {
        switch self.kind {
        case .replaced(let old?, let new): "The plugin '\(self.name)' \(old) was replaced by \(new)."
        case .replaced(nil, let new): "The plugin '\(self.name)' is \(new) from now on."
        case .kept(let error): "The plugin '\(self.name)' goes on as it was: \(error)"
        case .unloaded: "The plugin '\(self.name)' was unloaded."
        }
    }
}
