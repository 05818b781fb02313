// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CatalogStorage
internal import LLMCore
internal import ModelCatalog
internal import RunStorage

/// Where the catalogue of models is.
struct CatalogOptions: ParsableArguments {
    @Option(
        help: """
            The catalogue: a SQLite file, or postgresql://user@host/database?password_env=NAME (default: AUTOGLM_CATALOG, \
            else autoglm/catalog.sqlite in XDG_STATE_HOME or ~/.local/state).
            """)
    var catalog: String = CatalogOptions.usualCatalog

    @Option(
        help: """
            The folder of the models' files (default: AUTOGLM_ARTEFACTS, else autoglm/artefacts in XDG_STATE_HOME or \
            ~/.local/state).
            """)
    var artefacts: String = CatalogOptions.usualArtefacts

    /// Opens the catalogue; the default one is made with its folders.
    ///
    /// - Throws: An error that says what is wrong with its place.
    func open() throws -> ModelCatalog { try Self.open(self.catalog, artefacts: self.artefacts) }

    /// Opens a catalogue; the default one is made with its folders.
    ///
    /// - Parameters:
    ///   - catalog: A file or a URL.
    ///   - artefacts: The folder of the models' files.
    /// - Throws: An error that says what is wrong with its place.
    static func open(_ catalog: String, artefacts: String) throws -> ModelCatalog {
        ModelCatalog(store: try Self.store(catalog), artefacts: ArtefactFolder(artefacts))
    }

    private static func store(_ catalog: String) throws -> any CatalogStore {
        if catalog.contains("://") { return try PostgresCatalogStore(url: catalog) }
        if catalog == Self.defaultCatalog { try FilePath.makeFolders(FilePath.folder(of: catalog)) }
        return SQLiteCatalogStore(try StorageFile(path: catalog))
    }

    /// The catalogue where none is named.
    static var usualCatalog: String { Settings.text("CATALOG") ?? Self.defaultCatalog }

    /// The folder of the models' files where none is named.
    static var usualArtefacts: String { Settings.text("ARTEFACTS") ?? "\(StoreOptions.defaultFolder)/artefacts" }

    private static var defaultCatalog: String { "\(StoreOptions.defaultFolder)/catalog.sqlite" }
}

/// Who changes something, and why.
struct PersonOptions: ParsableArguments {
    @Option(help: "Who does it, for the history (default: the user's name).")
    var by: String = Settings.environment["USER"] ?? Settings.environment["LOGNAME"] ?? ""

    @Option(help: "Why, for the history.")
    var reason = ""

    func validate() throws {
        if self.by.isEmpty { throw ValidationError("Say who does it: --by NAME.") }
    }
}

/// Figures of a model.
struct MetricOptions: ParsableArguments {
    @Option(help: "A figure of the version, NAME=NUMBER; may be given several times.")
    var metric: [String] = []

    /// The figures by their names.
    ///
    /// - Throws: `ValidationError` where one is not understood or comes twice.
    func values() throws -> [String: Double] {
        var values = [String: Double]()
        for entry in self.metric {
            let parts = entry.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]) else {
                throw ValidationError("--metric is '\(entry)'; it must be NAME=NUMBER.")
            }
            guard values.updateValue(value, forKey: String(parts[0])) == nil else {
                throw ValidationError("--metric gives '\(parts[0])' twice.")
            }
        }
        return values
    }
}

/// A model's version on the command line: `NAME:VERSION`, `NAME@ALIAS`, an id, or `NAME` for the latest.
struct ModelArgument: ExpressibleByArgument {
    /// What is meant.
    let reference: ModelReference

    init?(argument: String) {
        guard let reference = try? ModelReference(argument) else { return nil }
        self.reference = reference
    }

    /// What an alias of the catalogue means, such as `chat@champion`; nil for any other name or path.
    static func alias(_ text: String) -> ModelReference? {
        guard let reference = try? ModelReference(text), case .alias = reference else { return nil }
        return reference
    }
}
