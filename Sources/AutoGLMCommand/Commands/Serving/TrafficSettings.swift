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
///   store: experiments.sqlite          # or postgresql://…
///   definitions: [answer-length.yaml]  # begun at the start, unless they run already
///   review: 10s                        # how often outcomes are looked at
/// ```
struct TrafficSettings {
    /// The key of the catalogue's part.
    static let catalogKey = "catalog"
    /// The key of the experiments' part.
    static let experimentsKey = "experiments"

    /// The catalogue of models.
    struct Catalog: Equatable {
        var store = CatalogOptions.usualCatalog
        var artefacts = CatalogOptions.usualArtefacts
        var models = "\(StoreOptions.defaultFolder)/served-models"
        var serve: [ModelReference] = []
    }

    /// Experiments that are served.
    struct Experiments: Equatable {
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

    /// Neither.
    init() {}

    /// What `--model` says of the catalogue, where there is no file.
    init(model: ModelOptions) {
        guard model.backend == "local", let alias = ModelArgument.alias(model.model) else { return }
        self.servesModelOfCatalog = true
        var catalog = Catalog()
        catalog.serve.append(alias)
        self.catalog = catalog
    }
}

extension FieldReader {
    /// Reads the part `catalog`.
    mutating func catalog(_ node: SourceNode) -> TrafficSettings.Catalog {
        let fields = self.fields(of: node, "'catalog'", known: ["store", "artefacts", "models", "serve"])
        var catalog = TrafficSettings.Catalog()
        catalog.store = self.text(fields["store"]) ?? catalog.store
        catalog.artefacts = self.text(fields["artefacts"]) ?? catalog.artefacts
        catalog.models = self.text(fields["models"]) ?? catalog.models
        for element in self.elements(fields["serve"]) {
            let reference = self.value(element, "a version such as chat@champion or chat:3") {
                $0.string.flatMap { try? ModelReference($0) }
            }
            if let reference { catalog.serve.append(reference) }
        }
        return catalog
    }

    /// Reads the part `experiments`.
    mutating func experiments(_ node: SourceNode) -> TrafficSettings.Experiments {
        let fields = self.fields(of: node, "'experiments'", known: ["store", "definitions", "review"])
        var experiments = TrafficSettings.Experiments()
        experiments.store = self.text(fields["store"]) ?? experiments.store
        experiments.definitions = self.elements(fields["definitions"]).compactMap { self.text($0) }
        experiments.review = self.duration(fields["review"]) ?? experiments.review
        return experiments
    }
}
