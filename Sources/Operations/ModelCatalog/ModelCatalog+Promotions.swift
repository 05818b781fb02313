// SPDX-License-Identifier: Apache-2.0

/// Which version an alias stands for; every step is in the model's history.
extension ModelCatalog {
    /// Lets an alias stand for a version: at once, or, where the alias needs approval, when others have approved.
    ///
    /// - Throws: ``CatalogError``.
    public func promote(
        _ name: String, version: Int, to alias: String, by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.promoting(version, to: alias) }
    }

    /// Approves a promotion; whoever asked for it cannot.
    ///
    /// - Throws: ``CatalogError``.
    public func approve(
        _ name: String, promotion: Int, by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.approving(promotion, by: person) }
    }

    /// Refuses a promotion, or takes it back.
    ///
    /// - Throws: ``CatalogError``.
    public func reject(_ name: String, promotion: Int, by person: String, note: String = "") async throws -> ModelRecord
    {
        try await self.changeKnown(name, by: person, note: note) { try $0.rejecting(promotion) }
    }

    /// Lets an alias go back to what it stood for before, at once and without approval: it was approved then.
    ///
    /// - Parameter version: A certain earlier version; the last one if not given.
    /// - Throws: ``CatalogError`` with code `.notAllowed` where there is no earlier version.
    public func rollBack(
        _ name: String, alias: String, to version: Int? = nil, by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.rollingBack(alias, to: version) }
    }

    /// Removes an alias that needs no approval.
    ///
    /// - Throws: ``CatalogError``.
    public func removeAlias(
        _ name: String, alias: String, by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.removing(alias: alias) }
    }

    /// Sets how many people besides whoever asks must approve a promotion to an alias; 1 for `champion` unless it is set,
    /// and none for others.
    ///
    /// - Throws: ``CatalogError``.
    public func protect(
        _ name: String, alias: String, approvals: Int, by person: String, note: String = ""
    ) async throws -> ModelRecord {
        try await self.changeKnown(name, by: person, note: note) { try $0.protecting(alias, approvals: approvals) }
    }
}
