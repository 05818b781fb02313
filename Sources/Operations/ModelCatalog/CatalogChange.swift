// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What can change of a model in the catalogue.
public enum CatalogChange: Sendable, Hashable {
    /// A version was added.
    case registered(ModelVersion)
    /// Figures of a version were measured; later ones replace earlier ones of the same name.
    case measured(version: Int, metrics: [String: Double])
    /// Somebody asks that an alias should stand for a version; others must approve.
    case proposed(promotion: Int, alias: String, version: Int)
    /// Somebody approves.
    case approved(promotion: Int)
    /// Somebody refuses, or whoever asked takes it back.
    case rejected(promotion: Int)
    /// From now on an alias stands for a version; the promotion is nil where no approval was needed.
    case promoted(alias: String, version: Int, promotion: Int?)
    /// From now on an alias stands for a version that it stood for before.
    case rolledBack(alias: String, version: Int)
    /// An alias stands for nothing any more.
    case aliasRemoved(alias: String)
    /// From now on a promotion to an alias needs this many approvals.
    case approvalsSet(alias: String, count: Int)
    /// A version was removed; what is known of it stays, its files may go.
    case removed(version: Int)

    /// What it is called.
    public var kind: String {
        switch self {
        case .registered: "registered"
        case .measured: "measured"
        case .proposed: "proposed"
        case .approved: "approved"
        case .rejected: "rejected"
        case .promoted: "promoted"
        case .rolledBack: "rolled-back"
        case .aliasRemoved: "alias-removed"
        case .approvalsSet: "approvals-set"
        case .removed: "removed"
        }
    }

    /// The id of the version that is added; nil of other changes.
    public var registeredID: UUID? { if case .registered(let version) = self { version.id } else { nil } }
}
