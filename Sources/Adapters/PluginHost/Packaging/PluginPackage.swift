// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import CPluginProcess
public import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Makes plugins' folders, and puts them where programs find them.
public enum PluginPackage {
    // MARK: - Making

    /// The text of CPluginABI.h, which is all that a plugin in C needs.
    public static var header: String {
        var count = 0
        let text = UnsafeRawBufferPointer(start: autoglm_plugin_header(&count), count: count)
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes the folder of a plugin out of its library: the library, and a manifest with its hash.
    ///
    /// The library is loaded into this process, which the author trusts, to ask what it is.
    /// - Parameters:
    ///   - library: The library's path.
    ///   - manifest: The text of a manifest, whose `library` and `sha256` are filled in; nil for what the library says itself.
    ///   - root: Where the plugin gets a folder of its name.
    /// - Returns: The manifest.
    /// - Throws: ``PluginError`` that says what is wrong.
    public static func pack(
        library path: String, manifest: String?, into root: String
    ) throws(PluginError) -> PluginManifest {
        let bytes = try PluginFiles.contents(path, maximumBytes: PluginFiles.maximumLibraryBytes, .cannotLoad)
        let name = String(path.split(separator: "/").last ?? "")
        let hash = PluginFiles.hash(bytes)
        let text: String
        if let manifest {
            text = Self.filled(manifest, library: name, sha256: hash)
        } else {
            text = try Self.manifest(said: PluginLibrary(path: Self.absolute(path), name: name, abi: 1), name, hash)
        }
        var reader = PluginManifestReader(file: PluginManifest.fileName)
        let read = try reader.read(text)
        try self.place(read, [(PluginManifest.fileName, Data(text.utf8)), (name, bytes)], in: root)
        return read
    }

    /// A path that the loader does not look for among the system's libraries.
    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    }

    private static func filled(_ manifest: String, library: String, sha256: String) -> String {
        let values = ["abi": "1", "library": library, "sha256": sha256]
        var lines = manifest.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            !values.keys.contains { line.hasPrefix("\($0):") } && !line.hasPrefix("signature:")
        }.map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return (lines + values.sorted { $0.key < $1.key }.map { "\($0): \($1)" }).joined(separator: "\n") + "\n"
    }

    private static func manifest(
        said library: PluginLibrary, _ name: String, _ hash: String
    ) throws(PluginError) -> String {
        guard let said = library.manifest.flatMap({ try? JSONValue(parsing: $0) })?.objectValue else {
            throw PluginError(
                .invalidManifest,
                "'\(name)' says nothing of its manifest, as plugins in C mostly do; write plugin.yaml, and name it with --manifest."
            )
        }
        if let problem = said["error"]?.stringValue {
            throw PluginError(.invalidManifest, "No manifest can be derived for '\(name)': \(problem)")
        }
        let lines = said.filter { $0.value != .array([]) && $0.value != [:] }.map {
            "\($0.key): \($0.value.serialized())"
        }
        return self.filled(lines.joined(separator: "\n"), library: name, sha256: hash)
    }

    // MARK: - Installing

    /// Checks a plugin's folder, and copies its manifest and its library into a folder of plugins, at once: whoever looks sees the old or the new.
    ///
    /// - Parameters:
    ///   - folder: The plugin's folder.
    ///   - root: The folder of plugins; it is made if it is not there.
    ///   - policy: What is let in.
    /// - Returns: The manifest, the version that was there, and the names of other files, which no plugin has and which are not copied.
    /// - Throws: ``PluginError``: it is altered, forbidden, or cannot be beside the others.
    public static func install(
        _ folder: String, into root: String, policy: PluginPolicy
    ) throws(PluginError) -> (installed: PluginManifest, replaced: PluginManifest?, leftOut: [String]) {
        let manifest = try PluginFiles.manifest(in: folder)
        try policy.check(manifest)
        let library = try PluginFiles.library(of: manifest, in: folder)
        let text = try PluginFiles.contents(
            "\(folder)/\(PluginManifest.fileName)", maximumBytes: PluginFiles.maximumManifestBytes, .invalidManifest)
        let present = FileManager.default.fileExists(atPath: root) ? try PluginDiscovery.find(in: [root]) : []
        let others = present.compactMap { try? $0.manifest.get() }
        let before = PluginResolution(others)
        let after = PluginResolution(others.filter { $0.name != manifest.name } + [manifest])
        let broken = after.refusals.filter { $0.key == manifest.name || before.refusals[$0.key] == nil }
        if let (_, reason) = broken.min(by: { $0.key < $1.key }) { throw PluginError(.unresolved, reason) }
        try self.place(manifest, [(PluginManifest.fileName, text), (manifest.library, library)], in: root)
        return (manifest, others.first { $0.name == manifest.name }, Self.strangers(in: folder, manifest))
    }

    /// Takes a plugin away, if no other needs it.
    ///
    /// - Returns: The manifest of what was there.
    /// - Throws: ``PluginError`` with the code `.unknown` if there is none, `.unresolved` if others need it.
    @discardableResult
    public static func remove(_ name: String, from root: String) throws(PluginError) -> PluginManifest {
        let (folder, manifest) = try self.find(name, in: root)
        let others = try PluginDiscovery.find(in: [root]).compactMap { try? $0.manifest.get() }
        if let user = others.first(where: { $0.needs.contains { $0.name == name } }),
            let need = user.needs.first(where: { $0.name == name })
        {
            throw PluginError(.unresolved, "\(user.title) wants \(need); remove '\(user.name)' first.")
        }
        let grave = "\(root)/.\(name)-\(UInt64.random(in: .min ... .max))"
        guard rename(folder, grave) == 0 else { throw self.failure("'\(folder)' cannot be removed") }
        try? FileManager.default.removeItem(atPath: grave)
        return manifest
    }

    /// Makes programs that watch a folder of plugins load a plugin anew, and let it out of quarantine.
    ///
    /// - Throws: ``PluginError`` if there is none.
    public static func touch(_ name: String, in root: String) throws(PluginError) {
        let (folder, _) = try self.find(name, in: root)
        guard utimes("\(folder)/\(PluginManifest.fileName)", nil) == 0 else {
            throw self.failure("'\(folder)/\(PluginManifest.fileName)' cannot be touched")
        }
    }

    private static func find(_ name: String, in root: String) throws(PluginError) -> (String, PluginManifest) {
        let found = try PluginDiscovery.find(in: [root])
        let named = found.compactMap { plugin in (try? plugin.manifest.get()).map { (plugin.folder, $0) } }
        guard let plugin = named.first(where: { $0.1.name == name }) else {
            let hint = NearestName.hint(for: name, in: named.map(\.1.name))
            throw PluginError(.unknown, "There is no plugin '\(name)' in '\(root)'. \(hint)")
        }
        return plugin
    }

    /// The folder that a plugin gets.
    ///
    /// - Throws: ``PluginError`` with code `.cannotInstall` if something else lies there, which would be lost, or the plugin elsewhere.
    private static func place(of name: String, in root: String) throws(PluginError) -> String {
        let folders = FileManager.default.fileExists(atPath: root) ? try PluginFiles.folders(in: root) : []
        let place = "\(root)/\(name)"
        if let other = folders.first(where: { $0 != place && (try? PluginFiles.manifest(in: $0))?.name == name }) {
            throw PluginError(
                .cannotInstall, "The plugin '\(name)' is in '\(other)'. Call that folder '\(name)', or remove it.")
        }
        guard folders.contains(place) else { return place }
        let manifest = try? PluginFiles.manifest(in: place)
        let others = Self.strangers(in: place, manifest)
        guard manifest?.name == name, others.isEmpty else {
            let what = manifest?.name == name ? "there is '\(others[0])' beside it" : "it is not the plugin '\(name)'"
            throw PluginError(
                .cannotInstall,
                "'\(place)' is not replaced, since \(what). Take it away, or take another folder of plugins.")
        }
        return place
    }

    /// What lies beside a plugin's manifest and its library.
    private static func strangers(in folder: String, _ manifest: PluginManifest?) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0 != PluginManifest.fileName && $0 != manifest?.library }.sorted()
    }

    /// Writes a folder beside its place, then puts it there.
    private static func place(
        _ manifest: PluginManifest, _ files: [(name: String, bytes: Data)], in root: String
    ) throws(PluginError) {
        let place = try Self.place(of: manifest.name, in: root)
        let new = "\(root)/.\(manifest.name)-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: new) }
        do {
            try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: true)
            for (name, bytes) in files { try bytes.write(to: URL(fileURLWithPath: "\(new)/\(name)")) }
        } catch { throw PluginError(.cannotInstall, "'\(root)' cannot be written to.", cause: error) }
        if rename(new, place) == 0 { return }
        // There is one already: both change places at once, and the old one is removed.
        let error = cpp_exchange(new, place)
        guard error == 0 else {
            throw PluginError(.cannotInstall, "'\(place)' cannot be replaced: \(String(cString: strerror(error))).")
        }
    }

    private static func failure(_ what: String) -> PluginError {
        PluginError(.cannotInstall, "\(what): \(String(cString: strerror(errno))).")
    }
}
