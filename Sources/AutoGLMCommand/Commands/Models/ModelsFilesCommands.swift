// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog

/// `autoglm models export`: writes a version's files.
struct ModelsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the files of a version into a new folder; every byte is checked.",
        discussion: """
            Example:
              autoglm models export sentiment@champion deployed/
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The version: NAME:VERSION, NAME@ALIAS, an id, or NAME for the latest.")
    var model: ModelArgument

    @Argument(help: "The folder, which must not be there yet.")
    var folder: String

    func run() async throws {
        let catalog = try self.catalog.open()
        let (name, version) = try await catalog.find(self.model.reference)
        let folder = self.folder.count > 1 && self.folder.hasSuffix("/") ? String(self.folder.dropLast()) : self.folder
        try await catalog.export(version, to: folder)
        switch self.output.format {
        case .json:
            try Console.json([
                "name": .string(name), "version": .integer(version.number), "folder": .string(folder),
                "bytes": .integer(version.manifest.bytes),
            ])
        case .text: try Console.line("\(name):\(version.number) is in \(folder)")
        }
    }
}

/// `autoglm models remove`: removes a version.
struct ModelsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a version that no alias stands for; what is known of it stays in the history.",
        discussion: """
            Example:
              autoglm models remove sentiment:1 --reason "trained on the wrong data" && autoglm models prune

            Its number never comes again. Its files go with `autoglm models prune`, an hour after they were added.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The version: NAME:VERSION or its id.")
    var model: ModelArgument

    func validate() throws {
        switch self.model.reference {
        case .version, .id: return
        case .latest, .alias:
            throw ValidationError("Name the version to remove by its number, such as NAME:3, or its id.")
        }
    }

    func run() async throws {
        let catalog = try self.catalog.open()
        let (name, version) = try await catalog.find(self.model.reference)
        _ = try await catalog.remove(name, version: version.number, by: self.person.by, note: self.person.reason)
        switch self.output.format {
        case .json: try Console.json(["name": .string(name), "version": .integer(version.number), "removed": true])
        case .text: try Console.line("\(name):\(version.number) is removed")
        }
    }
}

/// `autoglm models prune`: removes files that nothing needs.
struct ModelsPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove files that no version has any more; those of the last hour stay.",
        discussion: """
            Example:
              autoglm models prune
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let removed = try await self.catalog.open().prune()
        switch self.output.format {
        case .json: try Console.json(["files": .integer(removed.files), "bytes": .integer(removed.bytes)])
        case .text: try Console.line("\(removed.files) files removed, \(removed.bytes) bytes")
        }
    }
}
