// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A change of a model in the catalogue, with who made it, when, and why.
///
/// A model is nothing but its events in order: what was in production at any time can always be told.
public struct CatalogEvent: Sendable, Hashable {
    /// What changed.
    public let change: CatalogChange
    /// When, in whole milliseconds.
    public let at: Date
    /// Who changed it.
    public let by: String
    /// Why; empty if nothing was said.
    public let note: String

    /// Describes a change.
    ///
    /// - Throws: ``CatalogError`` with code `.invalidValue` where nobody is named, or a text is too long.
    public init(_ change: CatalogChange, at: Date, by: String, note: String = "") throws {
        try CatalogName.check(person: by, note: note)
        self.change = change
        self.at = Date(timeIntervalSince1970: (at.timeIntervalSince1970 * 1000).rounded() / 1000)
        self.by = by
        self.note = note
    }

    /// The event as it is stored.
    public var json: JSONValue {
        var members = self.change.json.objectValue ?? [:]
        members["at"] = .number(self.at.timeIntervalSince1970)
        members["by"] = .string(self.by)
        members["note"] = .string(self.note)
        return .object(members)
    }

    /// Reads a stored event.
    ///
    /// - Throws: ``CatalogError`` with code `.unreadable`.
    public init(json: JSONValue) throws {
        guard let at = json["at"]?.numberValue else { throw CatalogJSON.missing("at") }
        try self.init(
            CatalogChange(json: json), at: Date(timeIntervalSince1970: at), by: CatalogJSON.text(json, "by"),
            note: CatalogJSON.text(json, "note"))
    }
}
