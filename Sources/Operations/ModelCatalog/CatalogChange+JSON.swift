// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

extension CatalogChange {
    /// The change as it is stored: its kind, and what belongs to it.
    public var json: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = ["kind": .string(self.kind)]
        switch self {
        case .registered(let version): members.merge(version.stored) { own, _ in own }
        case .measured(let version, let metrics):
            members["version"] = .integer(version)
            members["metrics"] = Self.json(metrics)
        case .proposed(let promotion, let alias, let version):
            members["promotion"] = .integer(promotion)
            members["alias"] = .string(alias)
            members["version"] = .integer(version)
        case .approved(let promotion), .rejected(let promotion): members["promotion"] = .integer(promotion)
        case .promoted(let alias, let version, let promotion):
            members["alias"] = .string(alias)
            members["version"] = .integer(version)
            members["promotion"] = promotion.map { .integer($0) } ?? .null
        case .rolledBack(let alias, let version):
            members["alias"] = .string(alias)
            members["version"] = .integer(version)
        case .aliasRemoved(let alias): members["alias"] = .string(alias)
        case .approvalsSet(let alias, let count):
            members["alias"] = .string(alias)
            members["approvals"] = .integer(count)
        case .removed(let version): members["version"] = .integer(version)
        }
        return .object(members)
    }

    /// Reads a stored change.
    ///
    /// - Throws: ``CatalogError`` with code `.unreadable` where it is damaged, or of a kind that a later version knows.
    public init(json: JSONValue) throws {
        func text(_ name: String) throws -> String { try CatalogJSON.text(json, name) }
        func number(_ name: String) throws -> Int { try CatalogJSON.number(json, name) }
        switch try text("kind") {
        case "registered": self = .registered(try ModelVersion(stored: json))
        case "measured": self = .measured(version: try number("version"), metrics: Self.metrics(json["metrics"]))
        case "proposed":
            self = .proposed(
                promotion: try number("promotion"), alias: try text("alias"), version: try number("version"))
        case "approved": self = .approved(promotion: try number("promotion"))
        case "rejected": self = .rejected(promotion: try number("promotion"))
        case "promoted":
            self = .promoted(
                alias: try text("alias"), version: try number("version"), promotion: json["promotion"]?.integerValue)
        case "rolled-back": self = .rolledBack(alias: try text("alias"), version: try number("version"))
        case "alias-removed": self = .aliasRemoved(alias: try text("alias"))
        case "approvals-set": self = .approvalsSet(alias: try text("alias"), count: try number("approvals"))
        case "removed": self = .removed(version: try number("version"))
        case let kind:
            throw CatalogError(
                .unreadable,
                "The catalogue has changes of the kind '\(kind)', which a later version of this program made.")
        }
    }

    static func json(_ metrics: [String: Double]) -> JSONValue {
        JSONValue(sorted: metrics.mapValues { .number($0) })
    }

    static func metrics(_ json: JSONValue?) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: (json?.objectValue ?? [:]).compactMap { pair in
                pair.value.numberValue.map { (pair.key, $0) }
            })
    }
}
