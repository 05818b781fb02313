// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The models that an organisation has: their versions, where they come from, how good they are, and which is in use.
///
/// ```swift
/// let version = try await catalog.register("sentiment", from: "model/", metrics: ["accuracy": 0.91], by: "ines")
/// try await catalog.promote("sentiment", version: version.number, to: "champion", by: "ines")
/// try await catalog.approve("sentiment", promotion: 1, by: "rui")
/// ```
public struct ModelCatalog: Sendable {
    /// How often a change is tried while others change the same model.
    private static let maximumAttempts = 50
    /// How long files stay that belong to no version yet.
    private static let grace: TimeInterval = 3600

    private let store: any CatalogStore
    private let artefacts: any ArtefactStore
    private let now: @Sendable () -> Date
    private let makeID: @Sendable () -> UUID

    /// Opens a catalogue.
    ///
    /// - Parameters:
    ///   - store: Keeps what happens.
    ///   - artefacts: Keeps the files.
    ///   - now: The time of day.
    ///   - makeID: Makes the ids of versions.
    public init(
        store: any CatalogStore, artefacts: any ArtefactStore, now: @escaping @Sendable () -> Date = { Date() },
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.artefacts = artefacts
        self.now = now
        self.makeID = makeID
    }

    // MARK: - Reading

    /// All models that have a version, by name.
    public func models() async throws -> [ModelRecord] {
        var records = [ModelRecord]()
        for name in try await self.store.models() { records.append(try await self.record(name)) }
        return records.filter { record in record.versions.contains { !$0.isRemoved } }
    }

    /// The names of all models that there ever were, sorted.
    public func names() async throws -> [String] { try await self.store.models() }

    /// All that is known of a model.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown` where there was never such a model.
    public func model(_ name: String) async throws -> ModelRecord {
        let record = try await self.record(name)
        guard !record.events.isEmpty else {
            let hint = NearestName.hint(for: name, in: try await self.store.models())
            throw CatalogError(.unknown, "There is no model '\(CatalogName.shown(name))'. \(hint)")
        }
        return record
    }

    /// The version that somebody means, with the model's name.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown`.
    public func find(_ reference: ModelReference) async throws -> (name: String, version: ModelVersion) {
        switch reference {
        case .latest(let name): (name, try await self.model(name).latest())
        case .version(let name, let number): (name, try await self.model(name).version(number))
        case .alias(let name, let alias): (name, try await self.model(name).version(alias: alias))
        case .id(let id): try await self.find(id)
        }
    }

    /// A version's ancestors, the nearest first; removed ones are told of, too.
    public func ancestors(of version: ModelVersion) async throws -> [(name: String, version: ModelVersion)] {
        var found = [(name: String, version: ModelVersion)]()
        var seen: Set = [version.id]
        var next = version.lineage.parent
        while let id = next, seen.insert(id).inserted, let name = try await self.store.model(ofVersion: id) {
            guard let parent = try await self.record(name).versions.first(where: { $0.id == id }) else { break }
            found.append((name, parent))
            next = parent.lineage.parent
        }
        return found
    }

    private func find(_ id: UUID) async throws -> (name: String, version: ModelVersion) {
        guard let name = try await self.store.model(ofVersion: id),
            let version = try await self.record(name).versions.first(where: { $0.id == id })
        else { throw CatalogError(.unknown, "No model has the id \(id.uuidString.lowercased()).") }
        return (name, try await self.record(name).version(version.number))
    }

    private func record(_ name: String) async throws -> ModelRecord {
        try ModelRecord(name: name, events: try await self.store.events(of: name))
    }

    // MARK: - Versions and their files

    /// Adds a version, and keeps its files.
    ///
    /// - Parameters:
    ///   - name: The model's name; its first version makes the model.
    ///   - path: A file, or a folder with files.
    ///   - summary: What it is, in a sentence.
    ///   - lineage: Where it comes from; a parent must be in the catalogue.
    ///   - metrics: Its figures.
    ///   - person: Who adds it.
    ///   - note: Why.
    /// - Throws: ``CatalogError``.
    public func register(
        _ name: String, from path: String, summary: String = "", lineage: ModelLineage = ModelLineage(),
        metrics: [String: Double] = [:], by person: String, note: String = ""
    ) async throws -> ModelVersion {
        try CatalogName.check(model: name)
        // Before gigabytes are read.
        try CatalogName.check(person: person, note: note)
        try CatalogName.check(person: person, note: summary)
        try ModelRecord.check(metrics)
        if let parent = lineage.parent { _ = try await self.find(parent) }
        let manifest = try await self.artefacts.add(path)
        let record = try await self.change(name, by: person, note: note) { record in
            [
                .registered(
                    ModelVersion(
                        id: self.makeID(), number: try record.nextNumber(), summary: summary, manifest: manifest,
                        lineage: lineage, metrics: metrics))
            ]
        }
        return try record.latest()
    }

    /// Adds figures to a version.
    public func measure(
        _ name: String, version: Int, _ metrics: [String: Double], by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.measuring(version, metrics) }
    }

    /// Removes a version that nothing stands for; what is known of it stays.
    public func remove(_ name: String, version: Int, by person: String, note: String = "") async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.removing(version) }
    }

    /// Checks the files of a version.
    ///
    /// - Throws: ``CatalogError`` with code `.damaged`.
    public func verify(_ version: ModelVersion) async throws { try await self.artefacts.verify(version.manifest) }

    /// Writes the files of a version into a new folder.
    public func export(_ version: ModelVersion, to folder: String) async throws {
        try await self.artefacts.export(version.manifest, to: folder)
    }

    /// Removes files that no version has any more; those of the last hour stay.
    ///
    /// - Returns: How many files and bytes were removed.
    public func prune() async throws -> (files: Int, bytes: Int) {
        let time = self.now().addingTimeInterval(-Self.grace)
        var needed = Set<String>()
        for model in try await self.models() {
            for version in model.versions where !version.isRemoved {
                needed.formUnion(version.manifest.files.map(\.hash))
            }
        }
        return try await self.artefacts.prune(keeping: needed, addedBefore: time)
    }

    // MARK: - Changing

    /// Changes a model that there is.
    func changeKnown(
        _ name: String, by person: String, note: String, _ decide: (ModelRecord) throws -> [CatalogChange]
    ) async throws -> ModelRecord {
        try await self.change(name, by: person, note: note) { record in
            _ = try record.latest()
            return try decide(record)
        }
    }

    /// Decides on what is there, and adds what was decided; decides again where others were quicker.
    private func change(
        _ name: String, by person: String, note: String, _ decide: (ModelRecord) throws -> [CatalogChange]
    ) async throws -> ModelRecord {
        var attempt = 1
        while true {
            var record = try await self.record(name)
            let count = record.events.count
            let (changes, time) = (try decide(record), self.now())
            let events = try changes.map { try CatalogEvent($0, at: time, by: person, note: note) }
            for event in events { try record.apply(event) }
            do {
                try await self.store.append(events, to: name, after: count)
                return record
            } catch let error as CatalogError where error.code == .conflict && attempt < Self.maximumAttempts {
                attempt += 1
            }
        }
    }
}
