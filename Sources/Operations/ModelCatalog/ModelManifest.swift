// SPDX-License-Identifier: Apache-2.0

internal import Crypto
public import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A file of a model.
public struct ModelFile: Sendable, Hashable {
    /// Its path inside the model's folder, with slashes.
    public let path: String
    /// The SHA-256 of its bytes, in hexadecimal.
    public let hash: String
    /// How many bytes it has.
    public let bytes: Int

    /// Describes a file.
    ///
    /// - Throws: ``CatalogError`` with code `.refusedPath` or `.invalidValue` where the path leads out of its folder or the
    ///   hash is none.
    public init(path: String, hash: String, bytes: Int) throws {
        try Self.check(path: path)
        guard hash.utf8.count == 64, hash.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }), bytes >= 0 else {
            throw CatalogError(
                .invalidValue, "The file '\(path)' has no SHA-256 in small hexadecimal digits, or no size.")
        }
        (self.path, self.hash, self.bytes) = (path, hash, bytes)
    }

    /// Refuses paths that could mean another place on some system: `..`, empty parts, backslashes, control characters.
    ///
    /// - Throws: ``CatalogError`` with code `.refusedPath`.
    public static func check(path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain =
            path.utf8.count <= 1024 && !path.isEmpty
            && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\" }
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
        guard isPlain else {
            throw CatalogError(
                .refusedPath,
                "The path '\(CatalogName.shown(path))' is not allowed in a model: it must be made of plain names.")
        }
    }
}

/// The files of a model, and the hash of them all.
public struct ModelManifest: Sendable, Hashable {
    /// The most files of a model.
    public static let maximumFiles = 10_000

    /// The files, in the order of their paths.
    public let files: [ModelFile]
    /// The SHA-256 over the files' hashes, sizes and paths: equal for equal content, whatever the model is called.
    public let contentHash: String

    /// Takes files in any order.
    ///
    /// - Throws: ``CatalogError`` with code `.invalidValue` where there is none, too many, or a path twice.
    public init(_ files: [ModelFile]) throws {
        guard 1...Self.maximumFiles ~= files.count, Set(files.map(\.path)).count == files.count else {
            throw CatalogError(
                .invalidValue,
                "A model has from 1 to \(Self.maximumFiles) files of different paths; here are \(files.count).")
        }
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        var hash = SHA256()
        for file in self.files { hash.update(data: Data("\(file.hash) \(file.bytes) \(file.path)\n".utf8)) }
        self.contentHash = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The bytes of all files.
    public var bytes: Int { self.files.reduce(0) { $0 + $1.bytes } }

    /// The files as JSON.
    public var json: JSONValue {
        .array(
            self.files.map {
                ["path": .string($0.path), "sha256": .string($0.hash), "bytes": .integer($0.bytes)]
            })
    }

    init(json: JSONValue) throws {
        try self.init(
            (json.arrayValue ?? []).map { file in
                try ModelFile(
                    path: CatalogJSON.text(file, "path"), hash: CatalogJSON.text(file, "sha256"),
                    bytes: CatalogJSON.number(file, "bytes"))
            })
    }
}
