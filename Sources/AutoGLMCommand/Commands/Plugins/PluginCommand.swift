// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `autoglm plugin`: what is done with plugins besides calling them.
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "Begin, pack, sign, install, list, verify and remove plugins, and say what is wrong with them.",
        discussion: """
            Example:
              autoglm plugin new c word-count
              word-count/build.sh && autoglm plugin install word-count/build/word-count --plugins PLUGINS
              autoglm plugin doctor --plugins PLUGINS

            A running `autoglm serve` or `worker` takes what is installed, replaced or removed within two seconds. Without a \
            --plugin-policy, plugins that nobody trusted has signed run in processes of their own.
            """,
        subcommands: [
            PluginNewCommand.self, PluginPackCommand.self, PluginSignCommand.self, PluginInstallCommand.self,
            PluginRemoveCommand.self, PluginReleaseCommand.self, PluginListCommand.self, PluginVerifyCommand.self,
            PluginDoctorCommand.self,
        ])
}
