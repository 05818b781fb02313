// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import LLMCore

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

/// Reads what lies in a plugin's folder.
enum PluginFiles {
    /// The most bytes of a library.
    static let maximumLibraryBytes = 256 << 20
    /// The most bytes of a manifest.
    static let maximumManifestBytes = 1 << 20

    /// The manifest in a folder.
    static func manifest(in folder: String) throws(PluginError) -> PluginManifest {
        let path = "\(folder)/\(PluginManifest.fileName)"
        let bytes = try self.contents(path, maximumBytes: self.maximumManifestBytes, .invalidManifest)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginError(.invalidManifest, "'\(path)' is no UTF-8 text.")
        }
        var reader = PluginManifestReader(file: path)
        return try reader.read(text)
    }

    /// A library's bytes, if they are those that the manifest names by their hash.
    static func library(of manifest: PluginManifest, in folder: String) throws(PluginError) -> Data {
        let path = "\(folder)/\(manifest.library)"
        let bytes = try self.contents(path, maximumBytes: self.maximumLibraryBytes, .cannotLoad)
        let hash = self.hash(bytes)
        guard hash == manifest.sha256 else {
            throw PluginError(
                .altered,
                "'\(path)' is not the library that \(PluginManifest.fileName) names: its SHA-256 is \(hash), not \(manifest.sha256). Install the plugin again, or correct the manifest if the change was yours."
            )
        }
        return bytes
    }

    /// The SHA-256 of some bytes in hexadecimal digits.
    static func hash(_ bytes: Data) -> String {
        SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The names of the folders in a folder, in order, links among them; nothing if it cannot be listed.
    static func folders(in path: String) throws(PluginError) -> [String] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            let isThere = FileManager.default.fileExists(atPath: path)
            let reason = isThere ? "it is no folder that you may read" : "it is not there"
            throw PluginError(
                .unknown,
                "The folder of plugins '\(path)' cannot be listed: \(reason). Make it, or name another one in AUTOGLM_PLUGINS or --plugins."
            )
        }
        return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(path)/\($0)" }
    }

    /// Whether a plugin's manifest is there.
    static func isPlugin(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(PluginManifest.fileName)")
    }

    /// What of a plugin's files changes when they do: times, sizes and numbers of the manifest and of whatever lies beside it.
    static func stamp(of folder: String) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().prefix(100)
        return names.map { name in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return name }
            let time = status.modified
            return "\(name) \(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
        }.joined(separator: "\n")
    }

    /// A plain file's bytes.
    static func contents(
        _ path: String, maximumBytes: Int, _ code: PluginError.Code
    ) throws(PluginError) -> Data {
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw PluginError(code, "'\(path)' is no plain file.")
            }
            let size = attributes[.size] as? Int ?? (attributes[.size] as? UInt64).map { Int(clamping: $0) }
            guard let size, size <= maximumBytes else {
                throw PluginError(code, "'\(path)' is larger than \(maximumBytes) bytes.")
            }
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as PluginError { throw error } catch {
            throw PluginError(code, "'\(path)' cannot be read.", cause: error)
        }
    }
}
