// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ModelCatalog

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The files of models in a folder, each under the hash of its content: `sha256/ab/cdef…`.
///
/// A file is complete and checked before it gets its place, never changes there, and is checked whenever it is read.
public struct ArtefactFolder: ArtefactStore {
    let path: String

    /// Keeps files in a folder, which is made with the first of them.
    public init(_ path: String) { self.path = path }

    /// Checks that every file is there and is what its hash says.
    ///
    /// - Throws: `CatalogError` with code `.damaged` that names the file; `CancellationError`.
    public func verify(_ manifest: ModelManifest) async throws {
        for file in manifest.files { try self.copy(file, to: nil) }
    }

    /// Writes the files into a new folder, which appears when it is complete.
    ///
    /// - Throws: `CatalogError`, with code `.inUse` where there is something already; `CancellationError`.
    public func export(_ manifest: ModelManifest, to folder: String) async throws {
        var status = stat()
        guard lstat(folder, &status) != 0 else {
            throw CatalogError(.inUse, "'\(folder)' is there already; name a folder that is not.")
        }
        let draft = "\(folder).\(Self.random()).draft"
        defer { try? FileManager.default.removeItem(atPath: draft) }
        guard mkdir(draft, 0o700) == 0 else { throw DiskFile.failure("'\(folder)' cannot be made") }
        for file in manifest.files {
            // Nobody else has the draft, and its paths are made of plain names.
            let place = "\(draft)/\(file.path)"
            let parent = place[..<(place.lastIndex(of: "/") ?? place.endIndex)]
            try Self.makeFolder(String(parent))
            let copy = try DiskFile(place, O_WRONLY | O_CREAT | O_EXCL, name: place)
            try self.copy(file, to: copy)
            try copy.synchronise()
        }
        guard chmod(draft, 0o755) == 0, rename(draft, folder) == 0 else {
            throw DiskFile.failure("'\(folder)' cannot be made")
        }
    }

    /// Removes files that nothing needs, and drafts of programs that were killed.
    ///
    /// - Throws: `CatalogError`.
    public func prune(keeping needed: Set<String>, addedBefore time: Date) async throws -> (files: Int, bytes: Int) {
        guard (try? DiskFile(self.path, O_RDONLY | O_DIRECTORY, name: self.path)) != nil else { return (0, 0) }
        let lock = try self.lock(LOCK_EX)
        defer { withExtendedLifetime(lock) {} }
        var removed = (files: 0, bytes: 0)
        for folder in try self.foldersOfFiles() {
            for name in try folder.entries() {
                let hash = "\(folder.name)\(name)"
                var status = stat()
                guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, !needed.contains(hash),
                    Double(status.modified.tv_sec) < time.timeIntervalSince1970,
                    unlinkat(folder.descriptor, name, 0) == 0
                else { continue }
                removed.files += 1
                removed.bytes += Int(status.st_size)
            }
        }
        return removed
    }

    // MARK: - Parts

    /// Reads a kept file, and checks it on the way.
    private func copy(_ file: ModelFile, to copy: DiskFile?) throws {
        let place = self.place(of: file.hash)
        let found: (hash: String, bytes: Int)
        do {
            let folder = try DiskFile(place.folder, O_RDONLY | O_DIRECTORY, name: place.folder)
            let kept = try DiskFile(place.name, O_RDONLY, in: folder, name: file.path)
            guard kept.isPlain else { throw CatalogError(.refusedPath, "'\(file.path)' is no plain file.") }
            found = try kept.hash(copyingTo: copy)
        } catch let error as CatalogError {
            throw CatalogError(.damaged, "The file '\(file.path)' cannot be read from '\(self.path)'.", cause: error)
        }
        guard found.hash == file.hash, found.bytes == file.bytes else {
            throw CatalogError(
                .damaged,
                "The file '\(file.path)' in '\(self.path)' is not what its hash says; register the model again from its source."
            )
        }
    }

    /// Where the file of a hash lies.
    func place(of hash: String) -> (folder: String, name: String) {
        ("\(self.path)/sha256/\(hash.prefix(2))", String(hash.dropFirst(2)))
    }

    /// Keeps files from being removed while some are added (shared), or the other way round (exclusive).
    func lock(_ kind: Int32) throws -> DiskFile {
        let file = try DiskFile("\(self.path)/lock", O_RDWR | O_CREAT, name: "\(self.path)/lock")
        while flock(file.descriptor, kind) != 0 {
            guard errno == EINTR else { throw DiskFile.failure("'\(file.name)' cannot be locked") }
        }
        return file
    }

    /// The folders of files, each named by how the hashes in it begin, and that of drafts.
    private func foldersOfFiles() throws -> [DiskFile] {
        let root = try DiskFile(self.path, O_RDONLY | O_DIRECTORY, name: self.path)
        let drafts = try? DiskFile("drafts", O_RDONLY | O_DIRECTORY, in: root, name: "drafts/")
        guard let files = try? DiskFile("sha256", O_RDONLY | O_DIRECTORY, in: root, name: "sha256") else {
            return [drafts].compactMap(\.self)
        }
        return try files.entries().compactMap { try? DiskFile($0, O_RDONLY | O_DIRECTORY, in: files, name: $0) }
            + [drafts].compactMap(\.self)
    }

    /// Makes a folder and those that it lies in.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw CatalogError(.unreadableFile, "The folder '\(path)' cannot be made.", cause: error) }
    }

    /// A name that nobody else takes.
    static func random() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
