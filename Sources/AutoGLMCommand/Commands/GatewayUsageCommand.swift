// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ArgumentParser
internal import LLMCore
internal import ModelGateway

/// `autoglm gateway usage`: what requests took.
struct GatewayUsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what requests took, by model, caller and tag.",
        discussion: """
            Example:
              autoglm gateway usage --config autoglm.yaml

            The configuration names the database, 'usage: {store: usage.sqlite}', which 'autoglm serve' writes to; a server \
            that runs tells the same at GET /v1/usage.
            """)

    @Option(help: ArgumentHelp("The configuration's YAML file.", valueName: "file"))
    var config = "autoglm.yaml"

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let configuration = try ServedConfiguration(
            path: self.config, environment: Settings.environment, plugins: self.plugins.host()
        ).models
        guard let store = try configuration.usageStore() else {
            throw CommandError(
                .badInput, "'\(self.config)' stores no usage; write 'usage: {store: usage.sqlite}' into it.")
        }
        let sums = try await store.sums()
        switch self.output.format {
        case .json: try Console.json(sums.json)
        case .text:
            if sums.isEmpty { return Console.note("Nothing was asked yet.") }
            for line in UsageTable(sums).lines { try Console.line(line) }
        }
    }
}

/// Sums of usage as lines of columns.
private struct UsageTable {
    let lines: [String]

    init(_ sums: UsageSums) {
        var rows = [["MODEL", "CALLER"] + Self.titles]
        let accounts = sums.accounts.sorted { ($0.key.model, $0.key.caller) < ($1.key.model, $1.key.caller) }
        rows += accounts.map { [$0.key.model, $0.key.caller.isEmpty ? "-" : $0.key.caller] + Self.numbers($0.value) }
        if !sums.tags.isEmpty {
            rows.append(["TAG", ""] + Self.titles)
            rows += sums.tags.sorted { $0.key < $1.key }.map { [$0.key, ""] + Self.numbers($0.value) }
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        self.lines = rows.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column < 2 ? text + space : space + text
            }.joined(separator: "  ")
        }
    }

    private static let titles = ["REQUESTS", "PARTIAL", "FAILED", "PROMPT", "CACHED", "COMPLETION", "COST"]

    private static func numbers(_ total: UsageTotal) -> [String] {
        let counts = [
            total.requests, total.partial, total.failed, total.promptTokens, total.cachedPromptTokens,
            total.completionTokens,
        ]
        return counts.map(String.init) + [JSONValue.number((total.cost * 1e6).rounded() / 1e6).serialized()]
    }
}
