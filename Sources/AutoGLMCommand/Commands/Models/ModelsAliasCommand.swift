// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog

/// `autoglm models alias`: what aliases stand for.
struct ModelsAliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias",
        abstract: "Show what a model's aliases stand for, or remove one.",
        discussion: """
            Example:
              autoglm models alias sentiment
              autoglm models alias sentiment --remove challenger

            `autoglm models promote` sets them. An alias that needs approval is not removed.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Remove this alias.")
    var remove: String?

    @Argument(help: "The model's name.")
    var name: String

    func run() async throws {
        let catalog = try self.catalog.open()
        var record = try await catalog.model(self.name)
        if let remove {
            record = try await catalog.removeAlias(
                self.name, alias: remove, by: self.person.by, note: self.person.reason)
        }
        switch self.output.format {
        case .json: try Console.json(["name": .string(self.name), "aliases": record.aliasReport])
        case .text:
            for (alias, version) in record.aliases.sorted(by: { $0.key < $1.key }) {
                try Console.line("\(self.name)@\(alias.padding(to: 16)) \(version)")
            }
        }
    }
}

/// `autoglm models protect`: how many must approve.
struct ModelsProtectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protect",
        abstract: "Set how many others must approve a promotion to an alias.",
        discussion: """
            Example:
              autoglm models protect sentiment champion --approvals 2

            It is 1 for 'champion' and 0 for other aliases unless it is set; a change of it is in the history, too.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Option(parsing: .unconditional, help: "How many, from 0 to 10.")
    var approvals: Int

    @Argument(help: "The model's name.")
    var name: String

    @Argument(help: "The alias.")
    var alias: String

    func run() async throws {
        let record = try await self.catalog.open().protect(
            self.name, alias: self.alias, approvals: self.approvals, by: self.person.by, note: self.person.reason)
        let count = record.approvalsNeeded(for: self.alias)
        switch self.output.format {
        case .json:
            try Console.json([
                "name": .string(self.name), "alias": .string(self.alias), "approvals": .integer(count),
            ])
        case .text: try Console.line("\(self.name)@\(self.alias) needs \(count) approval(s) by others")
        }
    }
}
