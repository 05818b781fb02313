// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelCatalog
internal import SourceDocuments

/// The parts `catalog` and `experiments` of a configuration file: what chooses among versions of models.
///
/// ```yaml
/// catalog:
///   store: catalog.sqlite              # or postgresql://…; the usual one by default
///   artefacts: artefacts               # the folder of the models' files
///   models: served-models              # where the files of versions in service are laid out
///   serve: [chat@champion]             # what answers under its reference
/// experiments:
///   store: experiments.sqlite
///   definitions: [answer-length.yaml]  # begun at the start, unless they run already
///   review: 10s                        # how often outcomes are looked at
/// ```
struct TrafficSettings {
    /// The keys of the parts.
    static let keys = ["catalog", "experiments"]

    /// The catalogue of models.
    struct Catalog {
        var store = CatalogOptions.usualCatalog
        var artefacts = CatalogOptions.usualArtefacts
        var models = "\(StoreOptions.defaultFolder)/served-models"
        var serve: [ModelReference] = []
    }

    /// Experiments that are served.
    struct Experiments {
        var store = ExperimentStoreOptions.usualStore
        var definitions: [String] = []
        var review = Duration.seconds(10)
    }

    /// The catalogue; nil for none.
    var catalog: Catalog?
    /// The experiments; nil for none.
    var experiments: Experiments?

    /// Whether `--model` names a version of the catalogue.
    private(set) var servesModelOfCatalog = false

    /// Reads the parts of a configuration, if there are any, and what `--model` says of the catalogue.
    ///
    /// - Throws: ``CommandError`` with everything that is wrong, each with its place; ``SourceError`` for what is no YAML.
    init(yaml: String?, file: String, model: ModelOptions) throws {
        if let yaml { try self.read(yaml, file) }
        guard yaml == nil, model.backend == "local", let alias = ModelArgument.alias(model.model) else { return }
        self.servesModelOfCatalog = true
        self.catalog = self.catalog ?? Catalog()
        self.catalog?.serve.append(alias)
    }

    private mutating func read(_ yaml: String, _ file: String) throws {
        var source = SourceReader(file: file, beginning: "A configuration has 'models:'.")
        let members = try source.read(yaml).members ?? []
        var reader = FieldReader()
        if let node = members.first(where: { $0.key == Self.keys[0] })?.value {
            self.catalog = Self.catalog(node, &reader)
        }
        if let node = members.first(where: { $0.key == Self.keys[1] })?.value {
            self.experiments = Self.experiments(node, &reader)
        }
        guard reader.issues.isEmpty else {
            throw CommandError(.badInput, reader.issues.map(\.message).joined(separator: "\n"))
        }
    }

    private static func catalog(_ node: SourceNode, _ reader: inout FieldReader) -> Catalog {
        let fields = reader.fields(of: node, "'catalog'", known: ["store", "artefacts", "models", "serve"])
        var catalog = Catalog()
        catalog.store = reader.text(fields["store"]) ?? catalog.store
        catalog.artefacts = reader.text(fields["artefacts"]) ?? catalog.artefacts
        catalog.models = reader.text(fields["models"]) ?? catalog.models
        for element in reader.elements(fields["serve"]) {
            let reference = reader.value(element, "a version such as chat@champion or chat:3") {
                $0.string.flatMap { try? ModelReference($0) }
            }
            if let reference { catalog.serve.append(reference) }
        }
        return catalog
    }

    private static func experiments(_ node: SourceNode, _ reader: inout FieldReader) -> Experiments {
        let fields = reader.fields(of: node, "'experiments'", known: ["store", "definitions", "review"])
        var experiments = Experiments()
        experiments.store = reader.text(fields["store"]) ?? experiments.store
        experiments.definitions = reader.elements(fields["definitions"]).compactMap { reader.text($0) }
        experiments.review = reader.duration(fields["review"]) ?? experiments.review
        return experiments
    }
}
