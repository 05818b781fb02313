// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Which version of a model somebody means: `sentiment:3`, `sentiment@champion`, `sentiment` (the latest) or a UUID.
public enum ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// The latest version that is not removed.
    case latest(String)
    /// A version by its number.
    case version(String, Int)
    /// The version that an alias stands for.
    case alias(String, String)
    /// The version with this id.
    case id(UUID)

    /// Reads a reference.
    ///
    /// - Throws: ``CatalogError`` with code `.invalidValue`.
    public init(_ text: String) throws {
        if UUIDText.isUUID(text), let id = UUID(uuidString: text) {
            self = .id(id)
            return
        }
        let index = text.firstIndex { $0 == ":" || $0 == "@" }
        let name = String(text[..<(index ?? text.endIndex)])
        try CatalogName.check(model: name)
        guard let index else {
            self = .latest(name)
            return
        }
        let rest = String(text[text.index(after: index)...])
        if text[index] == "@" {
            try CatalogName.check(alias: rest)
            self = .alias(name, rest)
            return
        }
        guard let version = Int(rest), version > 0 else {
            throw CatalogError(
                .invalidValue, "'\(CatalogName.shown(rest))' is no version: after the colon stands a number from 1.")
        }
        self = .version(name, version)
    }

    /// As it is written.
    public var description: String {
        switch self {
        case .latest(let name): name
        case .version(let name, let version): "\(name):\(version)"
        case .alias(let name, let alias): "\(name)@\(alias)"
        case .id(let id): id.uuidString.lowercased()
        }
    }
}

/// Whether a text has a UUID's form.
enum UUIDText {
    static func isUUID(_ text: String) -> Bool { text.utf8.count == 36 && UUID(uuidString: text) != nil }
}
