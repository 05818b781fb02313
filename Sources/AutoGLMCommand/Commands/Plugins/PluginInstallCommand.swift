// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PluginHost

/// `autoglm plugin install`: puts a plugin where programs find it.
struct PluginInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Check a plugin's folder, and copy it into a folder of plugins at once.",
        discussion: """
            Example:
              autoglm plugin install word-count/build/word-count --plugins PLUGINS

            Refused are plugins whose library is not the one of the manifest, that the policy refuses, and that cannot be \
            beside the others there. An older version is replaced; programs that run take the new one. The manifest and the \
            library are copied, nothing else.
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The plugin's folder.")
    var folder: String

    func run() async throws {
        let root = try self.plugins.folder()
        let (manifest, old, leftOut) = try PluginPackage.install(
            self.folder, into: root, policy: self.plugins.policy())
        if !leftOut.isEmpty {
            Console.note("Left out: \(leftOut.joined(separator: ", ")). A plugin is its manifest and its library.")
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "name": .string(manifest.name), "version": .string("\(manifest.version)"),
                "replaced": old.map { .string("\($0.version)") } ?? .null,
                "folder": .string("\(root)/\(manifest.name)"), "left_out": .array(leftOut.map { .string($0) }),
            ])
        case .text:
            let instead = old.map { " instead of \($0.version)" } ?? ""
            try Console.line("\(manifest.name) \(manifest.version) is in \(root)\(instead).")
        }
    }
}

/// `autoglm plugin remove`: takes a plugin away.
struct PluginRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a plugin out of a folder of plugins, unless others need it.",
        discussion: """
            Example:
              autoglm plugin remove word-count --plugins PLUGINS
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The plugin's name.")
    var name: String

    func run() async throws {
        let root = try self.plugins.folder()
        let manifest = try PluginPackage.remove(self.name, from: root)
        switch self.output.format {
        case .json:
            try Console.json(["name": .string(manifest.name), "version": .string("\(manifest.version)")])
        case .text: try Console.line("\(manifest.name) \(manifest.version) is no longer in \(root).")
        }
    }
}

/// `autoglm plugin release`: lets a plugin out of quarantine.
struct PluginReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let running programs load a plugin anew, out of quarantine.",
        discussion: """
            Example:
              autoglm plugin release word-count --plugins PLUGINS
            """)

    @OptionGroup var plugins: PluginOptions

    @Argument(help: "The plugin's name.")
    var name: String

    func run() async throws {
        try PluginPackage.touch(self.name, in: self.plugins.folder())
        try Console.line("\(self.name) is loaded anew by programs that watch its folder.")
    }
}
