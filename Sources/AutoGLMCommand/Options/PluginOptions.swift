// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PluginHost

/// Where plugins are.
struct PluginOptions: ParsableArguments {
    @Option(
        name: .customLong("plugins"),
        help:
            "A folder of plugins; may be given several times (default: AUTOGLM_PLUGINS, folders with ':' between them)."
    )
    var folders: [String] = []

    /// What finds and loads them.
    var host: PluginHost { Self.host(self.folders) }

    /// What finds and loads the plugins of some folders; of those that the environment names if there are none.
    static func host(_ folders: [String]) -> PluginHost {
        let usual = (Settings.text("PLUGINS") ?? "").split(separator: ":").map(String.init)
        return PluginHost(folders: folders.isEmpty ? usual : folders)
    }
}
