// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import LLMCore
internal import ModelCatalog
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections

/// Whether what was trained becomes a version of a model in the catalogue.
struct RegistrationOptions: ParsableArguments {
    @Option(help: "Make what was trained a version of this model in the catalogue ('autoglm models --help').")
    var register: String?

    @Option(help: "The version in the catalogue that it was made from, such as its teacher.")
    var parent: ModelArgument?

    @Option(help: "Who registers it, for the history (default: the user's name).")
    var by: String?

    @OptionGroup var catalog: CatalogOptions

    func validate() throws {
        if self.register == nil, self.parent != nil || self.by != nil {
            throw ValidationError("--parent and --by need --register.")
        }
        if self.register != nil, self.person.isEmpty { throw ValidationError("Say who does it: --by NAME.") }
    }

    private var person: String {
        self.by ?? Settings.environment["USER"] ?? Settings.environment["LOGNAME"] ?? ""
    }

    /// Registers the best model, with its report, what it was trained on, and its figures; where nobody asks, nothing happens.
    ///
    /// - Parameter data: Where the data are.
    func register(_ trainer: some Trainer, data: String) async throws {
        guard let name = self.register else { return }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "autoglm-trained-\(UUID().uuidString)"
        )
        .path
        try FilePath.makeFolders(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let report = trainer.report(data: data)
        try trainer.writeBest(to: folder)
        try ReplacingFile.replace("\(folder)/report.json", with: JSONValue.object(report).serialized() + "\n")
        let catalog = try self.catalog.open()
        var lineage = ModelLineage(
            data: [data, "sha256:\(trainer.identity.data)"], codeVersion: Version.current)
        if let parent { lineage.parent = try await catalog.find(parent.reference).version.id }
        let version = try await catalog.register(
            name, from: folder, summary: "autoglm train \(report["kind"]?.stringValue ?? "")", lineage: lineage,
            metrics: self.metrics(report), by: self.person)
        Console.note("\(name):\(version.number)  \(version.idText)  \(version.contentHash)")
    }

    private func metrics(_ report: OrderedDictionary<String, JSONValue>) -> [String: Double] {
        ["dev_accuracy", "dev_loss", "parameters", "train_examples"].reduce(into: [:]) { metrics, key in
            metrics[key] = report[key]?.numberValue
        }
    }
}
