// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Reads what is stored as JSON.
enum CatalogJSON {
    static func text(_ value: JSONValue, _ name: String) throws -> String {
        guard let text = value[name]?.stringValue else { throw Self.missing(name) }
        return text
    }

    static func number(_ value: JSONValue, _ name: String) throws -> Int {
        guard let number = value[name]?.integerValue else { throw Self.missing(name) }
        return number
    }

    static func id(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text) else { throw Self.missing("id") }
        return id
    }

    static func missing(_ name: String) -> CatalogError {
        CatalogError(.unreadable, "A stored change of the catalogue lacks '\(name)'; the catalogue is damaged.")
    }
}
