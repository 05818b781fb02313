// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelCatalog
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Models of the catalogue in words and as JSON.
enum ModelReport {
    // MARK: - Words

    /// A model in one line.
    static func line(_ model: ModelRecord) throws -> String {
        let count = model.versions.count { !$0.isRemoved }
        let aliases = model.aliases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let waiting = model.promotions.count { $0.state == .waiting }
        let parts = [
            model.name.padding(to: 24), (count == 1 ? "1 version" : "\(count) versions").padding(to: 12),
            "latest \(try model.latest().number)", aliases.joined(separator: ", "),
            waiting > 0 ? "\(waiting) waiting for approval" : "",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// A version in one line.
    static func line(_ version: ModelVersion, of model: ModelRecord) -> String {
        let metrics = version.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let parts = [
            "\(model.name):\(version.number)".padding(to: 28), String(version.contentHash.prefix(12)),
            Self.aliases(of: version, in: model).joined(separator: ", "), metrics.joined(separator: ", "),
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// An event in one line.
    static func line(_ event: CatalogEvent) -> String {
        let parts = [
            event.at.ISO8601Format(), event.by.padding(to: 10), event.change.kind.padding(to: 13),
            Self.words(event.change), event.note.isEmpty ? "" : "(\(event.note))",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func words(_ change: CatalogChange) -> String {
        switch change {
        case .registered(let version): "version \(version.number), \(version.contentHash.prefix(12))"
        case .measured(let version, let metrics):
            "version \(version): "
                + metrics.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        case .proposed(let promotion, let alias, let version): "\(alias) → \(version), promotion \(promotion)"
        case .approved(let promotion), .rejected(let promotion): "promotion \(promotion)"
        case .promoted(let alias, let version, let promotion):
            "\(alias) → \(version)" + (promotion.map { ", promotion \($0)" } ?? "")
        case .rolledBack(let alias, let version): "\(alias) → \(version)"
        case .aliasRemoved(let alias): alias
        case .approvalsSet(let alias, let count): "\(alias) needs \(count)"
        case .removed(let version): "version \(version)"
        }
    }

    static func aliases(of version: ModelVersion, in model: ModelRecord) -> [String] {
        model.aliases.filter { $0.value == version.number }.keys.sorted()
    }

    // MARK: - JSON

    /// A model as programs read it.
    static func json(_ model: ModelRecord) throws -> JSONValue {
        [
            "name": .string(model.name), "latest": .integer(try model.latest().number),
            "versions": .integer(model.versions.count { !$0.isRemoved }), "aliases": Self.json(model.aliases),
            "waiting": .array(model.promotions.filter { $0.state == .waiting }.map(Self.json)),
        ]
    }

    /// A version as programs read it.
    static func json(_ version: ModelVersion, of model: ModelRecord) -> JSONValue {
        [
            "name": .string(model.name), "version": .integer(version.number),
            "id": .string(version.idText), "summary": .string(version.summary),
            "content_hash": .string(version.contentHash), "bytes": .integer(version.manifest.bytes),
            "aliases": .array(Self.aliases(of: version, in: model).map { .string($0) }),
            "metrics": JSONValue(sorted: version.metrics.mapValues { .number($0) }),
            "lineage": version.lineage.json, "files": version.manifest.json,
        ]
    }

    /// A promotion as programs read it.
    static func json(_ promotion: Promotion) -> JSONValue {
        [
            "promotion": .integer(promotion.number), "alias": .string(promotion.alias),
            "version": .integer(promotion.version), "state": .string(promotion.state.rawValue),
            "by": .string(promotion.by), "at": .string(promotion.at.ISO8601Format()), "note": .string(promotion.note),
            "approvals": .array(promotion.approvals.map { .string($0) }),
        ]
    }

    /// An event as programs read it.
    static func json(_ event: CatalogEvent) -> JSONValue {
        var members = event.change.json.objectValue ?? [:]
        members["at"] = .string(event.at.ISO8601Format(.init(includingFractionalSeconds: true)))
        members["by"] = .string(event.by)
        members["note"] = .string(event.note)
        return .object(members)
    }

    static func json(_ aliases: [String: Int]) -> JSONValue {
        JSONValue(sorted: aliases.mapValues { .integer($0) })
    }
}
