// SPDX-License-Identifier: Apache-2.0

internal import PluginHost

/// The files of a plugin that `autoglm plugin new` begins.
struct PluginTemplate {
    /// The plugin's name.
    let name: String
    /// What it adds.
    let kind: PluginKind

    /// `word-count` as a type: `WordCount`.
    var type: String {
        self.name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
