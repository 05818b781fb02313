// SPDX-License-Identifier: Apache-2.0

internal import ModelCatalog

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Models of the catalogue in words.
enum ModelReport {
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
            model.aliases(of: version).joined(separator: ", "), metrics.joined(separator: ", "),
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
}
