// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Models as programs read them, whoever asks.
extension ModelRecord {
    /// The model in short.
    ///
    /// - Throws: ``CatalogError`` with code `.unknown` where it has no version.
    package var report: JSONValue {
        get throws {
            [
                "name": .string(self.name), "latest": .integer(try self.latest().number),
                "versions": .integer(self.versions.count { !$0.isRemoved }), "aliases": self.aliasReport,
                "waiting": .array(self.promotions.filter { $0.state == .waiting }.map(\.report)),
            ]
        }
    }

    /// A version.
    package func report(of version: ModelVersion) -> JSONValue {
        [
            "name": .string(self.name), "version": .integer(version.number),
            "id": .string(version.idText), "summary": .string(version.summary),
            "content_hash": .string(version.contentHash), "bytes": .integer(version.manifest.bytes),
            "aliases": .array(self.aliases(of: version).map { .string($0) }),
            "metrics": JSONValue(sorted: version.metrics.mapValues { .number($0) }),
            "lineage": version.lineage.json, "files": version.manifest.json,
        ]
    }

    /// What an alias stands for after somebody has moved it, or wants to.
    package func report(of alias: String, _ promotion: Promotion?) -> JSONValue {
        [
            "name": .string(self.name), "alias": .string(alias),
            "version": self.aliases[alias].map { .integer($0) } ?? .null,
            "promotion": promotion?.report ?? .null,
        ]
    }

    /// What aliases stand for.
    package var aliasReport: JSONValue { JSONValue(sorted: self.aliases.mapValues { .integer($0) }) }

    /// The aliases that stand for a version, sorted.
    package func aliases(of version: ModelVersion) -> [String] {
        self.aliases.filter { $0.value == version.number }.keys.sorted()
    }
}

extension Promotion {
    /// The promotion as programs read it.
    package var report: JSONValue {
        [
            "promotion": .integer(self.number), "alias": .string(self.alias),
            "version": .integer(self.version), "state": .string(self.state.rawValue),
            "by": .string(self.by), "at": .string(self.at.ISO8601Format()), "note": .string(self.note),
            "approvals": .array(self.approvals.map { .string($0) }),
        ]
    }
}

extension CatalogEvent {
    /// The event as programs read it: with its time as text.
    package var report: JSONValue {
        var members = self.change.json.objectValue ?? [:]
        members["at"] = .string(self.at.ISO8601Format(.init(includingFractionalSeconds: true)))
        members["by"] = .string(self.by)
        members["note"] = .string(self.note)
        return .object(members)
    }
}
