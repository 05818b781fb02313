// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ModelCatalog

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension ArtefactFolder {
    /// How deep folders may lie in each other.
    private static let maximumDepth = 32

    /// Keeps a file, or all files of a folder; links in the folder, and what is neither file nor folder, are refused.
    ///
    /// - Throws: `CatalogError`, with code `.refusedPath` for a link; `CancellationError`.
    public func add(_ path: String) async throws -> ModelManifest {
        let source = try DiskFile(path, O_RDONLY, name: path)
        for folder in ["drafts", "sha256"] { try Self.makeFolder("\(self.path)/\(folder)") }
        let lock = try self.lock(LOCK_SH)
        defer { withExtendedLifetime(lock) {} }
        var files = [ModelFile]()
        if source.isFolder {
            try self.add(source, under: "", depth: 1, to: &files)
        } else {
            files.append(try self.add(source, as: String(path.split(separator: "/").last ?? "model")))
        }
        return try ModelManifest(files)
    }

    private func add(_ folder: DiskFile, under prefix: String, depth: Int, to files: inout [ModelFile]) throws {
        guard depth <= Self.maximumDepth else {
            throw CatalogError(.refusedPath, "Folders lie more than \(Self.maximumDepth) deep in '\(folder.name)'.")
        }
        for name in try folder.entries() {
            let path = "\(prefix)\(name)"
            try ModelFile.check(path: path)
            let entry = try DiskFile(name, O_RDONLY, in: folder, name: path)
            if entry.isFolder {
                try self.add(entry, under: "\(path)/", depth: depth + 1, to: &files)
            } else {
                files.append(try self.add(entry, as: path))
            }
            guard files.count <= ModelManifest.maximumFiles else {
                throw CatalogError(.refusedPath, "The folder holds more than \(ModelManifest.maximumFiles) files.")
            }
        }
    }

    /// Copies a file into a draft while it is hashed, and gives the draft its place.
    ///
    /// Where the same content is there already the draft replaces it: what was damaged is whole again, and counts as new.
    private func add(_ source: DiskFile, as path: String) throws -> ModelFile {
        try ModelFile.check(path: path)
        guard source.isPlain else { throw CatalogError(.refusedPath, "'\(path)' is no plain file.") }
        let draft = "\(self.path)/drafts/\(Self.random())"
        let copy = try DiskFile(draft, O_WRONLY | O_CREAT | O_EXCL, name: draft)
        defer { unlink(draft) }
        let (hash, bytes) = try source.hash(copyingTo: copy)
        let file = try ModelFile(path: path, hash: hash, bytes: bytes)
        let place = self.place(of: hash)
        try Self.makeFolder(place.folder)
        let target = "\(place.folder)/\(place.name)"
        try copy.synchronise()
        guard fchmod(copy.descriptor, 0o444) == 0, rename(draft, target) == 0 else {
            throw DiskFile.failure("'\(target)' cannot be written")
        }
        try DiskFile(place.folder, O_RDONLY | O_DIRECTORY, name: place.folder).synchronise()
        return file
    }
}
