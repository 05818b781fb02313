// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog
internal import OrderedCollections

/// `autoglm models list`: the models, or the versions of one.
struct ModelsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the models, or the versions of one, the latest first.",
        discussion: """
            Example:
              autoglm models list
              autoglm models list sentiment --output json
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "A model whose versions are listed.")
    var name: String?

    func run() async throws {
        let catalog = try self.catalog.open()
        guard let name else { return try await self.listModels(catalog) }
        let model = try await catalog.model(name)
        let versions = model.versions.filter { !$0.isRemoved }.reversed()
        switch self.output.format {
        case .json: try Console.json(["versions": .array(versions.map { model.report(of: $0) })])
        case .text: for version in versions { try Console.line(ModelReport.line(version, of: model)) }
        }
    }

    private func listModels(_ catalog: ModelCatalog) async throws {
        let models = try await catalog.models()
        switch self.output.format {
        case .json: try Console.json(["models": .array(try models.map { try $0.report })])
        case .text:
            if models.isEmpty { Console.note("There are no models yet; see: autoglm models register --help") }
            for model in models { try Console.line(ModelReport.line(model)) }
        }
    }
}

/// `autoglm models show`: all that is known of a version.
struct ModelsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version: id, content, figures, aliases, files and where it comes from.",
        discussion: """
            Example:
              autoglm models show sentiment@champion --verify
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Read all files, and check that they are what their hashes say.")
    var verify = false

    @Argument(help: "The version: NAME:VERSION, NAME@ALIAS, an id, or NAME for the latest.")
    var model: ModelArgument

    func run() async throws {
        let catalog = try self.catalog.open()
        let (name, version) = try await catalog.find(self.model.reference)
        let model = try await catalog.model(name)
        let ancestors = try await catalog.ancestors(of: version)
        if self.verify { try await catalog.verify(version) }
        switch self.output.format {
        case .json:
            var members = model.report(of: version).objectValue ?? [:]
            members["ancestors"] = .array(
                ancestors.map {
                    [
                        "name": .string($0.name), "version": .integer($0.version.number),
                        "id": .string($0.version.idText),
                    ]
                })
            members["verified"] = .bool(self.verify)
            try Console.json(.object(members))
        case .text:
            for (label, text) in self.lines(version, model, ancestors) where !text.isEmpty {
                try Console.line("\(label.padding(to: 10))\(text)")
            }
        }
    }

    private func lines(
        _ version: ModelVersion, _ model: ModelRecord, _ ancestors: [(name: String, version: ModelVersion)]
    ) -> [(String, String)] {
        let metrics = version.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let lineage = version.lineage
        return [
            ("version", "\(model.name):\(version.number)"), ("id", version.idText),
            ("summary", version.summary), ("content", "\(version.contentHash)\(self.verify ? "  verified" : "")"),
            ("aliases", model.aliases(of: version).joined(separator: ", ")),
            ("metrics", metrics.joined(separator: ", ")), ("data", lineage.data.joined(separator: ", ")),
            ("code", lineage.codeVersion ?? ""), ("run", lineage.trainingRun ?? ""),
            ("made from", ancestors.map { "\($0.name):\($0.version.number)" }.joined(separator: " ← ")),
        ] + version.manifest.files.map { ("file", "\($0.hash.prefix(12))  \($0.bytes) bytes  \($0.path)") }
    }
}
