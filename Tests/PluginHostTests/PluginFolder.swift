// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import LLMCore
import PluginHost
import Testing

/// A folder of plugins that goes away with this value.
final class PluginFolder: Sendable {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("plugins-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    var host: PluginHost { PluginHost(folders: [self.path]) }

    /// The plugin of Examples/Plugins, built by its own script.
    static func wordCount() throws -> PluginFolder {
        let folder = try PluginFolder()
        let script = Self.root.appendingPathComponent("Examples/Plugins/word-count/build.sh").path
        try Self.run("/bin/bash", [script, folder.path])
        return folder
    }

    /// The plugin that does everything wrong, with macros set.
    static func hostile(_ macros: [String] = [], manifest: (String) -> String = { $0 }) throws -> PluginFolder {
        let folder = try PluginFolder()
        let source = try #require(
            Bundle.module.url(forResource: "hostile", withExtension: "c", subdirectory: "Fixtures"))
        let include = Self.root.appendingPathComponent("Sources/Adapters/CPluginABI/include").path
        try folder.write("", to: "hostile/empty")
        let library = "\(folder.path)/hostile/hostile.so"
        try Self.run(
            "/usr/bin/env",
            ["cc", "-std=c11", "-fPIC", "-shared", "-pthread", "-I", include, source.path, "-o", library] + macros)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: library))
        let hash = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try folder.write(manifest(Self.manifest(sha256: hash)), to: "hostile/plugin.yaml")
        return folder
    }

    static func manifest(sha256: String) -> String {
        """
        plugin: hostile
        version: 1.0.0
        abi: 1
        kind: step
        library: hostile.so
        sha256: \(sha256)
        steps:
          run:
            inputs: {do: {type: string}, more: {type: integer, required: false, schema: {maximum: 9}}}
            outputs: {value: {type: integer, schema: {minimum: 0}}}
        """
    }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: "\(self.path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments)")
    }
}

/// What is thrown, as a person reads it, with its code; nil if nothing is.
func failure(_ body: () async throws -> Void) async -> (code: String, text: String)? {
    do {
        try await body()
        return nil
    } catch { return ((error as? any CodedError)?.codeName ?? "", "\(error)") }
}
