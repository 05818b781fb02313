// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// All that is known of a model: its events, and what they add up to.
public struct ModelRecord: Sendable {
    /// The model's name.
    public let name: String
    /// What happened, in order.
    public private(set) var events: [CatalogEvent] = []
    /// Every version, removed ones among them, in order; version N is at N - 1.
    public private(set) var versions: [ModelVersion] = []
    /// The versions that aliases stand for.
    public private(set) var aliases: [String: Int] = [:]
    /// Every promotion that was asked for; promotion N is at N - 1.
    public private(set) var promotions: [Promotion] = []
    private var approvals = [CatalogName.champion: 1]
    /// What each alias stood for, up to now; what was rolled back is gone.
    private var stacks: [String: [Int]] = [:]

    /// Adds up events.
    ///
    /// - Throws: ``CatalogError`` with code `.unreadable` where they contradict each other.
    public init(name: String, events: [CatalogEvent] = []) throws {
        self.name = name
        for event in events { try self.apply(event) }
    }

    /// How many approvals by others a promotion to an alias needs.
    public func approvalsNeeded(for alias: String) -> Int { self.approvals[alias] ?? 0 }

    /// The versions that an alias stood for before, the last one first.
    public func earlierVersions(of alias: String) -> [Int] { (self.stacks[alias] ?? []).dropLast().reversed() }

    /// What an alias stood for at a time; nil if it stood for nothing.
    public func version(of alias: String, at time: Date) -> Int? {
        var version: Int?
        for event in self.events {
            // Events are in order, but clocks are not always.
            guard event.at <= time else { continue }
            switch event.change {
            case .promoted(alias, let number, _), .rolledBack(alias, let number): version = number
            case .aliasRemoved(alias): version = nil
            default: break
            }
        }
        return version
    }

    /// A version that is not removed.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown`.
    public func version(_ number: Int) throws -> ModelVersion {
        guard let version = self.known(number) else {
            throw CatalogError(
                .unknown, "'\(self.name)' has no version \(number); the latest is \(self.versions.count).")
        }
        guard !version.isRemoved else {
            throw CatalogError(.unknown, "Version \(number) of '\(self.name)' was removed.")
        }
        return version
    }

    /// The latest version that is not removed.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown`.
    public func latest() throws -> ModelVersion {
        guard let version = self.versions.last(where: { !$0.isRemoved }) else {
            throw CatalogError(
                .unknown, "There is no model '\(self.name)'. `autoglm models list` shows those that there are.")
        }
        return version
    }

    /// The version that an alias stands for.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown`.
    public func version(alias: String) throws -> ModelVersion {
        guard let number = self.aliases[alias] else {
            let hint = NearestName.hint(for: alias, in: self.aliases.keys)
            throw CatalogError(.unknown, "'\(self.name)' has no alias '\(CatalogName.shown(alias))'. \(hint)")
        }
        return try self.version(number)
    }

    private func known(_ number: Int) -> ModelVersion? {
        1...max(1, self.versions.count) ~= number && !self.versions.isEmpty ? self.versions[number - 1] : nil
    }

    // MARK: - Adding up

    /// Adds an event.
    ///
    /// - Throws: ``CatalogError`` with code `.unreadable` where it contradicts the events before.
    mutating func apply(_ event: CatalogEvent) throws {
        switch event.change {
        case .registered(let version):
            try self.expect(version.number == self.versions.count + 1)
            self.versions.append(version)
        case .measured(let number, let metrics):
            try self.expect(self.known(number) != nil)
            self.versions[number - 1].metrics.merge(metrics) { _, new in new }
        case .removed(let number):
            try self.expect(self.known(number) != nil)
            self.versions[number - 1].isRemoved = true
        case .approvalsSet(let alias, let count): self.approvals[alias] = count
        case .proposed, .approved, .rejected: try self.applyPromotion(event)
        case .promoted, .rolledBack, .aliasRemoved: try self.applyAlias(event.change)
        }
        self.events.append(event)
    }

    private mutating func applyPromotion(_ event: CatalogEvent) throws {
        switch event.change {
        case .proposed(let number, let alias, let version):
            try self.expect(number == self.promotions.count + 1 && self.known(version) != nil)
            self.promotions.append(
                Promotion(
                    number: number, alias: alias, version: version, by: event.by, at: event.at, note: event.note))
        case .approved(let number):
            try self.expect(1...max(1, self.promotions.count) ~= number && !self.promotions.isEmpty)
            self.promotions[number - 1].approvals.append(event.by)
        case .rejected(let number):
            try self.expect(1...max(1, self.promotions.count) ~= number && !self.promotions.isEmpty)
            self.promotions[number - 1].state = .rejected
        default: break
        }
    }

    private mutating func applyAlias(_ change: CatalogChange) throws {
        switch change {
        case .promoted(let alias, let version, let promotion):
            try self.expect(self.known(version) != nil)
            self.aliases[alias] = version
            self.stacks[alias, default: []].append(version)
            guard let promotion else { return }
            try self.expect(1...max(1, self.promotions.count) ~= promotion && !self.promotions.isEmpty)
            self.promotions[promotion - 1].state = .done
        case .rolledBack(let alias, let version):
            guard let index = self.stacks[alias]?.dropLast().lastIndex(of: version) else {
                return try self.expect(false)
            }
            self.aliases[alias] = version
            self.stacks[alias]?.removeSubrange((index + 1)...)
        case .aliasRemoved(let alias): self.aliases[alias] = nil
        default: break
        }
    }

    private func expect(_ isTrue: Bool) throws {
        guard isTrue else {
            throw CatalogError(
                .unreadable, "The stored changes of '\(self.name)' contradict each other; the catalogue is damaged.")
        }
    }
}
