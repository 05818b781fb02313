// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ModelCatalog

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What every `CatalogStore` must do, as checks that any store's tests can run.
///
/// ```swift
/// let conformance = CatalogStoreConformance { let place = try Place(); return { try Store(place) } }
/// #expect(await conformance.failures() == [])
/// ```
public struct CatalogStoreConformance: Sendable {
    /// Opens one and the same store, as several processes would.
    public typealias Opener = @Sendable () async throws -> any CatalogStore

    private let makeStore: @Sendable () async throws -> Opener

    /// Prepares the checks.
    ///
    /// - Parameter makeStore: Makes an empty store, and gives what opens it, which is called several times.
    public init(makeStore: @escaping @Sendable () async throws -> Opener) { self.makeStore = makeStore }

    /// Runs all checks.
    ///
    /// - Returns: A sentence for each rule that the store breaks; empty if it keeps them all.
    public func failures() async -> [String] {
        await ConformanceChecks(
            [
                ("emptiness", self.checkEmptiness), ("order", self.checkOrder), ("fidelity", self.checkFidelity),
                ("conflicts", self.checkConflict), ("ids", self.checkIDs), ("all or nothing", self.checkWholeness),
                ("names", self.checkNames), ("contention", self.checkContention),
            ], of: self.makeStore
        ).failures()
    }

    // MARK: - Checks

    private func checkEmptiness(_ open: Opener) async throws -> String? {
        let store = try await open()
        let (models, events) = (try await store.models(), try await store.events(of: "none"))
        let name = try await store.model(ofVersion: UUID())
        return models.isEmpty && events.isEmpty && name == nil ? nil : "a new store holds something"
    }

    private func checkOrder(_ open: Opener) async throws -> String? {
        let store = try await open()
        let events = try (1...30).map { try Self.event(.approvalsSet(alias: "a", count: $0)) }
        try await store.append(Array(events[..<10]), to: "m", after: 0)
        try await store.append(Array(events[10...]), to: "m", after: 10)
        try await store.append([events[0]], to: "other", after: 0)
        let found = try await open().events(of: "m")
        return found == events ? nil : "\(found.count) of 30 events came back, or in another order"
    }

    private func checkFidelity(_ open: Opener) async throws -> String? {
        let version = try Self.version(metrics: ["loss": 0.1, "f1": 1.0, "tiny": 2.5e-300])
        let changes: [CatalogChange] = [
            .registered(version), .measured(version: 1, metrics: ["a": -1.5e300]),
            .proposed(promotion: 1, alias: "champion", version: 1), .approved(promotion: 1), .rejected(promotion: 1),
            .promoted(alias: "x", version: 1, promotion: 1), .promoted(alias: "x", version: 1, promotion: nil),
            .rolledBack(alias: "x", version: 1), .aliasRemoved(alias: "x"), .approvalsSet(alias: "x", count: 3),
            .removed(version: 1),
        ]
        let events = try changes.map { try Self.event($0, by: "Zoë '; DROP TABLE x; --", note: "因为 \\ \" $1 ?") }
        try await open().append(events, to: "m", after: 0)
        let found = try await open().events(of: "m")
        let differences = zip(events, found).filter { $0 != $1 }.map { $0.0.change.kind }
        return differences.isEmpty && found.count == events.count ? nil : "\(differences) came back as something else"
    }

    private func checkConflict(_ open: Opener) async throws -> String? {
        let store = try await open()
        let event = try Self.event(.approvalsSet(alias: "a", count: 1))
        try await store.append([event, event], to: "m", after: 0)
        for count in [0, 1, 3, 100]
        where try await !Self.conflicts({ try await store.append([event], to: "m", after: count) }) {
            return "with 2 events there, one could be added after \(count)"
        }
        let count = try await store.events(of: "m").count
        return count == 2 ? nil : "refused events were kept"
    }

    private func checkIDs(_ open: Opener) async throws -> String? {
        let store = try await open()
        let version = try Self.version()
        try await store.append([Self.event(.registered(version))], to: "m", after: 0)
        guard try await open().model(ofVersion: version.id) == "m" else { return "a version was not found by its id" }
        let isRefused = try await Self.conflicts {
            try await store.append([Self.event(.registered(version))], to: "other", after: 0)
        }
        return isRefused ? nil : "an id was registered twice"
    }

    private func checkWholeness(_ open: Opener) async throws -> String? {
        let store = try await open()
        let version = try Self.version()
        let events = try [
            Self.event(.registered(version)), Self.event(.removed(version: 1)), Self.event(.registered(version)),
        ]
        guard try await Self.conflicts({ try await store.append(events, to: "m", after: 0) }) else {
            return "an id was registered twice at once"
        }
        let (kept, models) = (try await store.events(of: "m"), try await store.models())
        return kept.isEmpty && models.isEmpty ? nil : "\(kept.count) events of a refused change were kept"
    }

    private func checkNames(_ open: Opener) async throws -> String? {
        let store = try await open()
        for name in ["b", "a-1", "B", "a", "a.b"] {
            try await store.append([Self.event(.approvalsSet(alias: "a", count: 1))], to: name, after: 0)
        }
        let names = try await open().models()
        return names == ["B", "a", "a-1", "a.b", "b"] ? nil : "the names were \(names)"
    }

    /// Many at once, each of whom looks, adds, and looks again where somebody was quicker.
    private func checkContention(_ open: @escaping Opener) async throws -> String? {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let store = try await open()
                    for _ in 0..<5 {
                        try await Self.add(Self.event(.approvalsSet(alias: "w", count: writer)), to: store)
                    }
                }
            }
            try await group.waitForAll()
        }
        let writers = try await open().events(of: "m").map(\.change)
        let counts = (0..<4).map { writer in writers.count { $0 == .approvalsSet(alias: "w", count: writer) } }
        return counts == [5, 5, 5, 5] ? nil : "of 5 events from each of 4 writers, \(counts) were kept"
    }

    // MARK: - Parts

    private static func add(_ event: CatalogEvent, to store: any CatalogStore) async throws {
        while true {
            let count = try await store.events(of: "m").count
            if try await !self.conflicts({ try await store.append([event], to: "m", after: count) }) { return }
        }
    }

    private static func conflicts(_ work: () async throws -> Void) async throws -> Bool {
        do {
            try await work()
            return false
        } catch let error as CatalogError where error.code == .conflict { return true }
    }

    private static func event(
        _ change: CatalogChange, by person: String = "ines", note: String = ""
    ) throws -> CatalogEvent {
        try CatalogEvent(change, at: Date(timeIntervalSince1970: 1_767_225_600.123), by: person, note: note)
    }

    private static func version(metrics: [String: Double] = [:]) throws -> ModelVersion {
        let hash = String(repeating: "0a", count: 32)
        let manifest = try ModelManifest([
            ModelFile(path: "weights/a b.bin", hash: hash, bytes: 7), ModelFile(path: "ü.json", hash: hash, bytes: 0),
        ])
        return ModelVersion(
            id: UUID(), number: 1, summary: "A model.", manifest: manifest,
            lineage: ModelLineage(data: ["d1", "d2"], codeVersion: "abc", parent: UUID(), trainingRun: "run-7"),
            metrics: metrics)
    }
}
