// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `autoglm models history`: who did what when.
struct ModelsHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show who registered, promoted, approved, rolled back and removed what, when and why.",
        discussion: """
            Example:
              autoglm models history sentiment
              autoglm models history sentiment --alias champion --at 2026-11-03T09:30:00Z

            With --at, it says which version the alias stood for at that time. The history is only ever added to.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only what concerns this alias.")
    var alias: String?

    @Option(help: "A time, such as 2026-11-03T09:30:00Z: say what the alias (champion if not given) stood for then.")
    var at: String?

    @Argument(help: "The model's name.")
    var name: String

    func run() async throws {
        let time = try self.time()
        let record = try await self.catalog.open().model(self.name)
        if let time { return try self.write(record, at: time) }
        let events = record.events.filter { event in self.alias.map { record.concerns($0, event) } ?? true }
        switch self.output.format {
        case .json: try Console.json(["name": .string(self.name), "events": .array(events.map(\.report))])
        case .text: for event in events { try Console.line(ModelReport.line(event)) }
        }
    }

    private func write(_ record: ModelRecord, at time: Date) throws {
        let alias = self.alias ?? CatalogName.champion
        let version = record.version(of: alias, at: time)
        switch self.output.format {
        case .json:
            try Console.json([
                "name": .string(self.name), "alias": .string(alias), "at": .string(time.ISO8601Format()),
                "version": version.map { .integer($0) } ?? .null,
            ])
        case .text:
            try Console.line(
                version.map { "\(self.name)@\(alias) was version \($0)" } ?? "\(self.name)@\(alias) stood for nothing")
        }
    }

    private func time() throws -> Date? {
        guard let at else { return nil }
        guard let time = try? Date(at, strategy: .iso8601) else {
            throw ValidationError("--at is '\(at)'; it must be a time such as 2026-11-03T09:30:00Z.")
        }
        return time
    }
}

extension ModelRecord {
    /// Whether an event is about an alias, directly or through its promotion.
    fileprivate func concerns(_ alias: String, _ event: CatalogEvent) -> Bool {
        switch event.change {
        case .proposed(_, alias, _), .promoted(alias, _, _), .rolledBack(alias, _), .aliasRemoved(alias),
            .approvalsSet(alias, _):
            true
        case .approved(let promotion), .rejected(let promotion): self.promotions[promotion - 1].alias == alias
        default: false
        }
    }
}
