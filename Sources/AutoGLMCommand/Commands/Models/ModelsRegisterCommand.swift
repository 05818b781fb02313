// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelCatalog

/// `autoglm models register`: adds a version.
struct ModelsRegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Add a version of a model: its files, where it comes from, how good it is.",
        discussion: """
            Example:
              autoglm models register sentiment model/ --metric f1=0.91 --data reviews-2026 --code 3f2a9c1 \\
                --parent smollm2@champion --run 01k8

            The files are copied. A folder may not hold links.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var metrics: MetricOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "What the version is, in a sentence.")
    var summary = ""

    @Option(help: "What it was trained on: a name, an address or a hash; may be given several times.")
    var data: [String] = []

    @Option(help: "The version of the code that trained it, such as a commit.")
    var code: String?

    @Option(help: "The version that it was made from, in the catalogue.")
    var parent: ModelArgument?

    @Option(help: "The run that trained it.")
    var run: String?

    @Argument(help: "The model's name.")
    var name: String

    @Argument(help: "The model's file or folder.")
    var path: String

    func run() async throws {
        let metrics = try self.metrics.values()
        let catalog = try self.catalog.open()
        var lineage = ModelLineage(data: self.data, codeVersion: self.code, trainingRun: self.run)
        if let parent { lineage.parent = try await catalog.find(parent.reference).version.id }
        let version = try await catalog.register(
            self.name, from: self.path, summary: self.summary, lineage: lineage, metrics: metrics, by: self.person.by,
            note: self.person.reason)
        switch self.output.format {
        case .json: try Console.json(try await catalog.model(self.name).report(of: version))
        case .text:
            try Console.line(
                "\(self.name):\(version.number)  \(version.idText)  \(version.contentHash)")
        }
    }
}

/// `autoglm models measure`: adds figures to a version.
struct ModelsMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Add figures to a version; later ones replace earlier ones of the same name.",
        discussion: """
            Example:
              autoglm models measure sentiment:3 --metric f1=0.93 --metric latency_ms=4.2
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var person: PersonOptions
    @OptionGroup var metrics: MetricOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The version: NAME:VERSION, NAME@ALIAS, an id, or NAME for the latest.")
    var model: ModelArgument

    func validate() throws {
        if self.metrics.metric.isEmpty { throw ValidationError("Say what was measured: --metric NAME=NUMBER.") }
    }

    func run() async throws {
        let metrics = try self.metrics.values()
        let catalog = try self.catalog.open()
        let (name, version) = try await catalog.find(self.model.reference)
        let record = try await catalog.measure(
            name, version: version.number, metrics, by: self.person.by, note: self.person.reason)
        let measured = try record.version(version.number)
        switch self.output.format {
        case .json: try Console.json(record.report(of: measured))
        case .text: try Console.line(ModelReport.line(measured, of: record))
        }
    }
}
