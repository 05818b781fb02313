// SPDX-License-Identifier: Apache-2.0

public import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Where a model comes from.
public struct ModelLineage: Sendable, Hashable {
    /// What it was trained on, each as a name, an address or a hash.
    public var data: [String]
    /// The version of the code that trained it, such as a commit.
    public var codeVersion: String?
    /// The model that it was made from: fine-tuned, distilled or quantised.
    public var parent: UUID?
    /// The run that trained it.
    public var trainingRun: String?

    /// Describes where a model comes from.
    public init(data: [String] = [], codeVersion: String? = nil, parent: UUID? = nil, trainingRun: String? = nil) {
        self.data = data
        self.codeVersion = codeVersion
        self.parent = parent
        self.trainingRun = trainingRun
    }

    /// The lineage as JSON.
    public var json: JSONValue {
        [
            "data": .array(self.data.map { .string($0) }),
            "code_version": self.codeVersion.map { .string($0) } ?? .null,
            "parent": self.parent.map { .string($0.uuidString.lowercased()) } ?? .null,
            "training_run": self.trainingRun.map { .string($0) } ?? .null,
        ]
    }

    init(json: JSONValue) throws {
        self.init(
            data: (json["data"]?.arrayValue ?? []).compactMap(\.stringValue),
            codeVersion: json["code_version"]?.stringValue, parent: try json["parent"]?.stringValue.map(CatalogJSON.id),
            trainingRun: json["training_run"]?.stringValue)
    }
}
