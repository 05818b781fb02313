// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Keeps the events of models, in order, for good; several processes may share it.
///
/// Events are only ever added. Whoever adds says how many there were when they looked, so that of two who change the same
/// model at once one is told, and looks again. `CatalogStoreConformance` checks a store.
public protocol CatalogStore: Sendable {
    /// The events of a model, in order; none of a model that is not known.
    ///
    /// - Throws: ``CatalogError`` with code `.unreadable`, or the store's own errors.
    func events(of model: String) async throws -> [CatalogEvent]

    /// Adds events to a model: all of them or none.
    ///
    /// - Parameters:
    ///   - events: What happened.
    ///   - model: The model's name.
    ///   - count: How many events the model has had.
    /// - Throws: ``CatalogError`` with code `.conflict` where that is not so any more, or where a registered id is there
    ///   already; the store's own errors.
    func append(_ events: [CatalogEvent], to model: String, after count: Int) async throws

    /// The names of all models, sorted.
    func models() async throws -> [String]

    /// The name of the model that has a version with this id; nil if none has.
    func model(ofVersion id: UUID) async throws -> String?
}
