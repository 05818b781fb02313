// SPDX-License-Identifier: Apache-2.0

/// How a plugin is written where names of other things may stand: `plugin:word-count`.
package enum PluginReference {
    private static let prefix = "plugin:"

    /// The plugin that a text names; nil where it names none.
    package static func name(in text: String) -> String? {
        text.hasPrefix(self.prefix) ? String(text.dropFirst(self.prefix.count)) : nil
    }

    /// How a plugin of a name is written.
    package static func text(of name: String) -> String { self.prefix + name }
}
