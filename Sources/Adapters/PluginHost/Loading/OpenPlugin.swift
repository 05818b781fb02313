// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import Dispatch
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A plugin in this process; unloaded with this value, when no call is under way.
final class OpenPlugin: PluginRuntime {
    let manifest: PluginManifest
    let process: Int32? = nil
    let walls: [String] = []
    private let library: PluginLibrary
    private let libraryBytes: UInt64
    /// Where calls run: threads of its own, since foreign code may take its time or never return; nil where it says that it does not.
    private let queue: DispatchQueue?

    /// Loads a plugin, after its library has been compared with the manifest's hash.
    ///
    /// - Throws: ``PluginError`` that says what is wrong with the library.
    init(_ manifest: PluginManifest, in folder: String) throws(PluginError) {
        let copy = try PrivateCopy(of: manifest, in: folder)
        self.library = try PluginLibrary(
            path: copy.path, name: manifest.library, abi: manifest.abi, closesLater: true)
        try manifest.check(description: self.library.description)
        self.manifest = manifest
        self.libraryBytes = copy.bytes
        let isConcurrent = self.library.has(AUTOGLM_PLUGIN_CONCURRENT)
        self.queue =
            isConcurrent && self.library.has(AUTOGLM_PLUGIN_BRIEF)
            ? nil
            : DispatchQueue(label: "autoglm.plugin.\(manifest.name)", attributes: isConcurrent ? .concurrent : [])
    }

    var memory: UInt64 { self.libraryBytes + self.library.memory }
    var complaint: String? { self.library.complaint }

    func call(_ step: String, _ input: [UInt8]) async throws -> PluginReply {
        guard let queue = self.queue else { return try self.library.call(step, input) }
        let pending = PendingCall()
        return try await pending.wait {
            queue.async {
                if pending.isWanted { pending.finish(Result { try self.library.call(step, input) }) }
            }
        }
    }
}

/// A copy of a plugin's library that only this user can read, of exactly the bytes that were compared with the manifest's hash.
///
/// What happens to the file meanwhile changes nothing. The copy is removed with this value; what has been loaded stays.
final class PrivateCopy: Sendable {
    /// The copy.
    let path: String
    /// Its folder.
    let folder: String
    /// Its size.
    let bytes: UInt64

    /// Reads, compares and copies a library.
    ///
    /// - Throws: ``PluginError``: it is another one, or cannot be read or copied.
    init(of manifest: PluginManifest, in source: String) throws(PluginError) {
        let library = try PluginFiles.library(of: manifest, in: source)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "autoglm-plugin-" + String(UInt64.random(in: .min ... .max), radix: 36))
        let copy = folder.appendingPathComponent(manifest.library)
        (self.folder, self.path, self.bytes) = (folder.path, copy.path, UInt64(library.count))
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try library.write(to: copy)
        } catch {
            throw PluginError(
                .cannotLoad, "The library '\(manifest.library)' cannot be copied to '\(folder.path)'.", cause: error)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: self.folder) }
}
