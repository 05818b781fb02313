// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What may be done with a model, as the changes that it would make; nothing is changed here.
extension ModelRecord {
    /// The most versions of a model.
    private static let maximumVersions = 1_000_000
    /// The most approvals that a promotion may need.
    private static let maximumApprovals = 10

    /// Lets an alias stand for a version: at once, or when others have approved.
    ///
    /// - Throws: ``CatalogError``.
    func promoting(_ number: Int, to alias: String) throws -> [CatalogChange] {
        try CatalogName.check(alias: alias)
        let version = try self.version(number)
        guard self.aliases[alias] != version.number else {
            throw CatalogError(.notAllowed, "'\(alias)' of '\(self.name)' stands for version \(number) already.")
        }
        guard self.approvalsNeeded(for: alias) > 0 else {
            return [.promoted(alias: alias, version: number, promotion: nil)]
        }
        let twin = self.promotions.first { $0.state == .waiting && $0.alias == alias && $0.version == number }
        if let twin {
            throw CatalogError(
                .notAllowed, "Version \(number) waits to become '\(alias)' already, as promotion \(twin.number).")
        }
        return [.proposed(promotion: self.promotions.count + 1, alias: alias, version: number)]
    }

    /// Approves a promotion, and lets the alias move where that was the last approval it needed.
    ///
    /// - Throws: ``CatalogError``, with code `.notAllowed` where the same person asked or has approved before.
    func approving(_ number: Int, by person: String) throws -> [CatalogChange] {
        let promotion = try self.waiting(number)
        guard person != promotion.by, !promotion.approvals.contains(person) else {
            let what = person == promotion.by ? "asked for" : "approved"
            throw CatalogError(
                .notAllowed,
                "\(CatalogName.shown(person)) has \(what) promotion \(number); somebody else must approve it. "
                    + "(`autoglm models protect` sets how many must.)")
        }
        _ = try self.version(promotion.version)
        let isEnough = promotion.approvals.count + 1 >= self.approvalsNeeded(for: promotion.alias)
        return [.approved(promotion: number)]
            + (isEnough
                ? [.promoted(alias: promotion.alias, version: promotion.version, promotion: number)] : [])
    }

    /// Refuses a promotion.
    ///
    /// - Throws: ``CatalogError``.
    func rejecting(_ number: Int) throws -> [CatalogChange] {
        [.rejected(promotion: try self.waiting(number).number)]
    }

    /// Lets an alias stand for a version that it stood for before: the last one that is not removed, or a given one.
    ///
    /// - Throws: ``CatalogError`` with code `.notAllowed` where there is none.
    func rollingBack(_ alias: String, to number: Int?) throws -> [CatalogChange] {
        let current = try self.version(alias: alias).number
        let earlier = self.earlierVersions(of: alias).filter { $0 != current && !self.versions[$0 - 1].isRemoved }
        guard let target = number ?? earlier.first, earlier.contains(target) else {
            let known = earlier.isEmpty ? "none" : earlier.map(String.init).joined(separator: ", ")
            throw CatalogError(
                .notAllowed, "'\(alias)' of '\(self.name)' can only go back to what it stood for before (\(known)).")
        }
        return [.rolledBack(alias: alias, version: target)]
    }

    /// Removes an alias that moves without approval.
    ///
    /// - Throws: ``CatalogError``.
    func removing(alias: String) throws -> [CatalogChange] {
        _ = try self.version(alias: alias)
        guard self.approvalsNeeded(for: alias) == 0 else {
            throw CatalogError(.notAllowed, "'\(alias)' of '\(self.name)' is protected; promote another version to it.")
        }
        return [.aliasRemoved(alias: alias)]
    }

    /// Sets how many approvals a promotion to an alias needs.
    ///
    /// - Throws: ``CatalogError``.
    func protecting(_ alias: String, approvals: Int) throws -> [CatalogChange] {
        try CatalogName.check(alias: alias)
        guard 0...Self.maximumApprovals ~= approvals else {
            throw CatalogError(
                .invalidValue, "\(approvals) approvals are not possible; 0 to \(Self.maximumApprovals) are.")
        }
        return [.approvalsSet(alias: alias, count: approvals)]
    }

    /// Removes a version that no alias stands for and no promotion waits for.
    ///
    /// - Throws: ``CatalogError`` with code `.inUse`.
    func removing(_ number: Int) throws -> [CatalogChange] {
        let version = try self.version(number)
        let aliases = self.aliases.filter { $0.value == version.number }.keys.sorted()
        guard aliases.isEmpty else {
            throw CatalogError(
                .inUse,
                "Version \(number) of '\(self.name)' is its \(aliases.joined(separator: ", ")); move that first.")
        }
        if let promotion = self.promotions.first(where: { $0.state == .waiting && $0.version == number }) {
            throw CatalogError(
                .inUse, "Promotion \(promotion.number) of '\(self.name)' waits for version \(number); reject it first.")
        }
        return [.removed(version: number)]
    }

    /// Adds figures to a version.
    ///
    /// - Throws: ``CatalogError`` where one is not finite, or has no name.
    func measuring(_ number: Int, _ metrics: [String: Double]) throws -> [CatalogChange] {
        try Self.check(metrics)
        return [.measured(version: try self.version(number).number, metrics: metrics)]
    }

    /// The number of the next version.
    ///
    /// - Throws: ``CatalogError`` with code `.notAllowed` where there are too many.
    func nextNumber() throws -> Int {
        guard self.versions.count < Self.maximumVersions else {
            throw CatalogError(.notAllowed, "'\(self.name)' has \(Self.maximumVersions) versions; take another name.")
        }
        return self.versions.count + 1
    }

    /// Refuses figures that are not finite, or have no name.
    static func check(_ metrics: [String: Double]) throws {
        for (name, value) in metrics {
            try CatalogName.check(alias: name)
            guard value.isFinite else { throw CatalogError(.invalidValue, "The metric '\(name)' is no finite number.") }
        }
    }

    private func waiting(_ number: Int) throws -> Promotion {
        guard let promotion = self.promotions.first(where: { $0.number == number }) else {
            throw CatalogError(.unknown, "'\(self.name)' has no promotion \(number).")
        }
        guard promotion.state == .waiting else {
            throw CatalogError(
                .notAllowed, "Promotion \(number) of '\(self.name)' is \(promotion.state.rawValue) already.")
        }
        return promotion
    }
}
