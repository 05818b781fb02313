// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ModelCatalog
internal import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A catalogue of models that lasts as long as the process.
public final class MemoryCatalogStore: CatalogStore {
    private let models = Mutex<[String: [CatalogEvent]]>([:])

    /// An empty catalogue.
    public init() {}

    /// The events of a model, in order.
    public func events(of model: String) async throws -> [CatalogEvent] { self.models.withLock { $0[model] ?? [] } }

    /// Adds events to a model: all of them or none.
    ///
    /// - Throws: `CatalogError` with code `.conflict`.
    public func append(_ events: [CatalogEvent], to model: String, after count: Int) async throws {
        let ids = events.compactMap(\.change.registeredID)
        try self.models.withLock { models in
            let known = Set(models.values.joined().compactMap(\.change.registeredID))
            guard models[model]?.count ?? 0 == count, Set(ids).count == ids.count, known.isDisjoint(with: ids) else {
                throw CatalogError(.conflict, "Others have changed the model '\(model)' meanwhile.")
            }
            if !events.isEmpty { models[model, default: []] += events }
        }
    }

    /// The names of all models, sorted.
    public func models() async throws -> [String] {
        self.models.withLock { $0.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
    }

    /// The name of the model that has a version with this id.
    public func model(ofVersion id: UUID) async throws -> String? {
        self.models.withLock { models in
            models.first { $0.value.contains { $0.change.registeredID == id } }?.key
        }
    }
}
