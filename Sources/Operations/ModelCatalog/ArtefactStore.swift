// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Keeps the files of models by the hash of their content, each content once.
public protocol ArtefactStore: Sendable {
    /// Keeps a file, or all files of a folder.
    ///
    /// - Parameter path: The file or folder; links in it are refused.
    /// - Returns: What was kept, with paths that begin in the folder.
    /// - Throws: ``CatalogError``.
    func add(_ path: String) async throws -> ModelManifest

    /// Checks that every file is there and is what its hash says.
    ///
    /// - Throws: ``CatalogError`` with code `.damaged` that names the file.
    func verify(_ manifest: ModelManifest) async throws

    /// Writes the files into a new folder, and checks every byte while it is copied.
    ///
    /// - Parameter folder: The folder, which must not be there yet.
    /// - Throws: ``CatalogError``; then there is no such folder.
    func export(_ manifest: ModelManifest, to folder: String) async throws

    /// Removes files that nothing needs any more.
    ///
    /// - Parameters:
    ///   - needed: The hashes of files that must stay.
    ///   - time: Files that were added since then stay, too: whoever adds them may not have registered them yet.
    /// - Returns: How many files and bytes were removed.
    func prune(keeping needed: Set<String>, addedBefore time: Date) async throws -> (files: Int, bytes: Int)
}
