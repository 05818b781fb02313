// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog

/// `autoglm models promote`: lets an alias stand for a version.
struct ModelsPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Let an alias stand for a version, at once or when others have approved.",
        discussion: """
            Example:
              autoglm models promote sentiment:3 --to challenger
              autoglm models promote sentiment@challenger --to champion --reason "0.4 points better in the experiment"

            'champion' needs the approval of somebody else: autoglm models approve. How many must approve, `autoglm models \
            protect` sets.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Option(name: .customLong("to"), help: "The alias.")
    var alias = CatalogName.champion

    @Argument(help: "The version: NAME:VERSION, NAME@ALIAS, an id, or NAME for the latest.")
    var model: ModelArgument

    func run() async throws {
        let catalog = try self.catalog.open()
        let (name, version) = try await catalog.find(self.model.reference)
        let record = try await catalog.promote(
            name, version: version.number, to: self.alias, by: self.person.by, note: self.person.reason)
        try PromotionOutcome(record, alias: self.alias, promotion: record.waiting(version.number, self.alias))
            .write(self.output.format)
    }
}

/// `autoglm models approve`: approves or rejects a promotion.
struct ModelsApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a promotion that somebody else has asked for, or reject it.",
        discussion: """
            Example:
              autoglm models approve sentiment 2 --by rui
              autoglm models approve sentiment 2 --reject --reason "slower on short texts"

            `autoglm models list --output json` shows what waits.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Reject it; whoever asked may take it back so, too.")
    var reject = false

    @Argument(help: "The model's name.")
    var name: String

    @Argument(help: "The promotion's number.")
    var promotion: Int

    func run() async throws {
        let catalog = try self.catalog.open()
        let (by, note) = (self.person.by, self.person.reason)
        let record =
            self.reject
            ? try await catalog.reject(self.name, promotion: self.promotion, by: by, note: note)
            : try await catalog.approve(self.name, promotion: self.promotion, by: by, note: note)
        let promotion = record.promotions[self.promotion - 1]
        try PromotionOutcome(record, alias: promotion.alias, promotion: promotion).write(self.output.format)
    }
}

/// `autoglm models rollback`: lets an alias go back.
struct ModelsRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Let an alias stand again for what it stood for before, at once.",
        discussion: """
            Example:
              autoglm models rollback sentiment --reason "timeouts since noon"
              autoglm models rollback sentiment --alias challenger --to 2

            It needs no approval: what stood there before was approved then. Each further call goes one step further back.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "The alias.")
    var alias = CatalogName.champion

    @Option(help: "A certain version that the alias stood for before.")
    var to: Int?

    @Argument(help: "The model's name.")
    var name: String

    func run() async throws {
        let record = try await self.catalog.open().rollBack(
            self.name, alias: self.alias, to: self.to, by: self.person.by, note: self.person.reason)
        try PromotionOutcome(record, alias: self.alias, promotion: nil).write(self.output.format)
    }
}

/// What an alias stands for after somebody has moved it, or wants to.
private struct PromotionOutcome {
    let record: ModelRecord
    let alias: String
    let promotion: Promotion?

    init(_ record: ModelRecord, alias: String, promotion: Promotion?) {
        (self.record, self.alias, self.promotion) = (record, alias, promotion)
    }

    func write(_ format: OutputFormat) throws {
        let current = self.record.aliases[self.alias]
        switch format {
        case .json: try Console.json(self.record.report(of: self.alias, self.promotion))
        case .text:
            if let promotion, promotion.state == .waiting {
                let missing = self.record.approvalsNeeded(for: self.alias) - promotion.approvals.count
                try Console.line("promotion \(promotion.number) waits for \(missing) approval(s) by others:")
                try Console.line("  autoglm models approve \(self.record.name) \(promotion.number)")
            } else if let promotion, promotion.state == .rejected {
                try Console.line("promotion \(promotion.number) is rejected")
            } else {
                try Console.line("\(self.record.name)@\(self.alias) is version \(current.map(String.init) ?? "none")")
            }
        }
    }
}

extension ModelRecord {
    /// The promotion of a version to an alias that waits for approval.
    fileprivate func waiting(_ version: Int, _ alias: String) -> Promotion? {
        self.promotions.first { $0.state == .waiting && $0.version == version && $0.alias == alias }
    }
}
