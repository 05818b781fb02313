// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import PluginHost

/// `autoglm plugin pack`: the folder of a plugin out of its library.
struct PluginPackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Write a plugin's folder: its library, and a manifest with its hash.",
        discussion: """
            Example:
              autoglm plugin pack .build/release/libTextStatistics.so --plugins PLUGINS
              autoglm plugin pack libword_count.so --manifest plugin.yaml --plugins PLUGINS

            Without --manifest the library is loaded and asked, as plugins in Swift can be: load only what you have built.
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "A manifest whose 'abi', 'library' and 'sha256' are filled in.")
    var manifest: String?

    @Argument(help: "The library.")
    var library: String

    func run() async throws {
        let root = try self.plugins.folder()
        let text = try self.manifest.map { try InputFile.text(path: $0) }
        let packed = try PluginPackage.pack(library: self.library, manifest: text, into: root)
        switch self.output.format {
        case .json:
            try Console.json([
                "name": .string(packed.name), "version": .string("\(packed.version)"),
                "sha256": .string(packed.sha256), "folder": .string("\(root)/\(packed.name)"),
            ])
        case .text: try Console.line("\(packed.name) \(packed.version) is in \(root)/\(packed.name).")
        }
    }
}

/// `autoglm plugin sign`: vouches for a plugin.
struct PluginSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a plugin's manifest, which names its library by its hash, with an Ed25519 key.",
        discussion: """
            Example:
              autoglm plugin sign PLUGINS/word-count --key acme.key

            A key's file that is not there is made, for its owner's eyes only. The public key that is printed goes into the \
            'trusted-keys' of policies.
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: "The file with the secret key: 32 bytes in base64.")
    var key: String

    @Argument(help: "The plugin's folder.")
    var folder: String

    func run() async throws {
        let isNew = !FilePath.isFile(self.key)
        let key = isNew ? PluginSigningKey() : try PluginSigningKey(base64: Self.line(of: self.key))
        if isNew { try ReplacingFile.replace(self.key, with: key.base64 + "\n", mode: 0o600) }
        let path = "\(self.folder)/\(PluginManifest.fileName)"
        try ReplacingFile.replace(path, with: key.signed(InputFile.text(path: path)))
        let publicKey = try key.publicKey()
        switch self.output.format {
        case .json: try Console.json(["public_key": .string(publicKey), "new_key": .bool(isNew)])
        case .text: try Console.line("Signed; its public key is \(publicKey)")
        }
    }

    private static func line(of path: String) throws -> String {
        String(try InputFile.text(path: path).prefix { !$0.isNewline })
    }
}
