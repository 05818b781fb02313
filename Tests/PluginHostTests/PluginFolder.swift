// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import LLMCore
import PluginHost
import Synchronization
import Testing

/// A folder of plugins that goes away with this value.
final class PluginFolder: Sendable {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("plugins-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    var host: PluginHost { PluginHost(folders: [self.path]) }

    /// A host whose plugins run in processes of their own, with the program `PluginSubject`.
    func isolating(
        _ change: (inout PluginPolicy) -> Void = { _ in },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws -> PluginHost {
        var policy = PluginPolicy()
        policy.isolation = .always
        change(&policy)
        return PluginHost(folders: [self.path], policy: policy, helper: [try Self.program("PluginSubject")], now: now)
    }

    /// A program that is built with the tests: next to their bundle, in the folder of products.
    static func program(_ name: String) throws -> String {
        let beginnings =
            [Bundle.main.bundleURL, Bundle.main.executableURL].compactMap(\.self)
            + CommandLine.arguments.prefix(2).map { URL(fileURLWithPath: $0) }
        for beginning in beginnings {
            var folder = beginning.resolvingSymlinksInPath()
            for _ in 0..<5 {
                let program = folder.appendingPathComponent(name).path
                if FileManager.default.isExecutableFile(atPath: program) { return program }
                folder.deleteLastPathComponent()
            }
        }
        throw PluginError(.cannotLoad, "\(name) is not built.")
    }

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
        try folder.addHostile(macros, manifest: manifest)
        return folder
    }

    /// Adds the plugin that does everything wrong in a folder of its own, with macros set.
    func addHostile(_ macros: [String] = [], to name: String = "hostile", manifest: (String) -> String = { $0 }) throws
    {
        try self.write("", to: "\(name)/empty")
        try self.add(library: "hostile", macros, to: name) { manifest(Self.manifest(sha256: $0)) }
    }

    /// Adds a plugin that is compiled from a fixture, in a folder of its own.
    ///
    /// - Parameter manifest: Its manifest, for a library with a hash.
    func add(library: String, _ macros: [String], to name: String, manifest: (String) -> String) throws {
        let bytes = try Self.library(library, macros)
        let hash = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try self.write(manifest(hash), to: "\(name)/plugin.yaml")
        try bytes.write(to: URL(fileURLWithPath: "\(self.path)/\(name)/\(library).so"))
    }

    private static let libraries = Mutex([[String]: Data]())

    /// A fixture's library with macros set; each is compiled once.
    private static func library(_ name: String, _ macros: [String]) throws -> Data {
        if let library = self.libraries.withLock({ $0[[name] + macros] }) { return library }
        let (compiler, source) = try #require(
            [("cc", "c"), ("clang++", "cpp")].lazy.compactMap { compiler, suffix in
                Bundle.module.url(forResource: name, withExtension: suffix, subdirectory: "Fixtures").map {
                    (compiler, $0)
                }
            }.first)
        let include = Self.root.appendingPathComponent("Sources/Adapters/CPluginABI/include").path
        let folder = try PluginFolder()
        try Self.run(
            "/usr/bin/env",
            [
                compiler, compiler == "cc" ? "-std=gnu11" : "-std=c++17", "-Werror=implicit-function-declaration",
                "-fPIC",
                "-shared", "-pthread", "-I", include, source.path, "-o", "\(folder.path)/\(name).so",
            ] + macros)
        let library = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name).so"))
        self.libraries.withLock { $0[[name] + macros] = library }
        return library
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

    /// A pipe's end, when somebody has the other one.
    static func opened(_ path: String, _ mode: Int32) async throws -> Int32 {
        let file = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: open(path, mode)) }
        }
        try #require(file >= 0)
        return file
    }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: "\(self.path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    static func run(_ program: String, _ arguments: [String]) throws {
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
