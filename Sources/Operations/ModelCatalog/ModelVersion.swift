// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A version of a model, as it was registered.
public struct ModelVersion: Sendable, Hashable {
    /// Its id, unique everywhere and for good.
    public let id: UUID
    /// Its number: the versions of a name count from 1, and no number comes twice.
    public let number: Int
    /// What it is, in a sentence.
    public let summary: String
    /// Its files.
    public let manifest: ModelManifest
    /// Where it comes from.
    public let lineage: ModelLineage
    /// Its figures, such as `accuracy`.
    public internal(set) var metrics: [String: Double]
    /// Whether it was removed, so that its files may be gone.
    public internal(set) var isRemoved = false

    /// Its id as it is written: in small letters.
    public var idText: String { self.id.uuidString.lowercased() }
    /// The hash of its content.
    public var contentHash: String { self.manifest.contentHash }

    /// Describes a version.
    public init(
        id: UUID, number: Int, summary: String = "", manifest: ModelManifest, lineage: ModelLineage = ModelLineage(),
        metrics: [String: Double] = [:]
    ) {
        self.id = id
        self.number = number
        self.summary = summary
        self.manifest = manifest
        self.lineage = lineage
        self.metrics = metrics
    }

    /// What is stored of it when it is registered.
    var stored: OrderedDictionary<String, JSONValue> {
        [
            "id": .string(self.idText), "version": .integer(self.number),
            "summary": .string(self.summary), "content_hash": .string(self.contentHash), "files": self.manifest.json,
            "lineage": self.lineage.json, "metrics": CatalogChange.json(self.metrics),
        ]
    }

    /// Reads what was stored, and refuses it where the files are not those of the hash.
    init(stored json: JSONValue) throws {
        self.init(
            id: try CatalogJSON.id(CatalogJSON.text(json, "id")), number: try CatalogJSON.number(json, "version"),
            summary: try CatalogJSON.text(json, "summary"), manifest: try ModelManifest(json: json["files"] ?? []),
            lineage: try ModelLineage(json: json["lineage"] ?? [:]), metrics: CatalogChange.metrics(json["metrics"]))
        guard try CatalogJSON.text(json, "content_hash") == self.contentHash else {
            throw CatalogError(
                .unreadable,
                "The stored files of version \(self.number) are not those of its hash; the catalogue is damaged.")
        }
    }
}
