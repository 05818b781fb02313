// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import PluginHost
import Testing

/// Compiles PluginKit and plugins with it: what `swift build` does in a plugin's folder, without building this project's dependencies.
private struct Kit {
    let folder: PluginFolder
    private let options: [String]

    init() throws {
        self.folder = try PluginFolder()
        let root = PluginFolder.root
        let tool = try PluginFolder.program("PluginKitMacros-tool")
        self.options = [
            "swiftc", "-O", "-swift-version", "6", "-enable-upcoming-feature", "MemberImportVisibility",
            "-enable-upcoming-feature", "InternalImportsByDefault", "-load-plugin-executable",
            "\(tool)#PluginKitMacros", "-I", root.appendingPathComponent("Sources/Adapters/CPluginABI/include").path,
            "-I", self.folder.path, "-parse-as-library",
        ]
        let sources = root.appendingPathComponent("Sources/Adapters/PluginKit").path
        let files = try FileManager.default.contentsOfDirectory(atPath: sources).filter { $0.hasSuffix(".swift") }
        try PluginFolder.run(
            "/usr/bin/env",
            self.options + [
                "-emit-library", "-static", "-emit-module", "-module-name", "PluginKit", "-emit-module-path",
                "\(self.folder.path)/PluginKit.swiftmodule", "-o", "\(self.folder.path)/libPluginKit.a",
            ] + files.sorted().map { "\(sources)/\($0)" })
    }

    /// The library of a plugin.
    func library(of source: String) throws -> String {
        let library = "\(self.folder.path)/libplugin.so"
        try PluginFolder.run(
            "/usr/bin/env",
            self.options + [
                "-emit-library", "-module-name", "ThePlugin", "-static-stdlib", "-Xlinker", "--exclude-libs=ALL",
                "-Xlinker", "-s", "-L", self.folder.path, "-lPluginKit", "-o", library, source,
            ])
        return library
    }

    /// What the compiler says of a plugin that is wrong.
    func complaints(about source: String) throws -> String {
        try self.folder.write(source, to: "Wrong.swift")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = self.options + ["-typecheck", "\(self.folder.path)/Wrong.swift"]
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}

@Suite("Plugins in Swift", .timeLimit(.minutes(3)))
struct SwiftPluginTests {
    @Test(
        "The example is built, its manifest derived from its types, and it runs in a process of its own, and in this one"
    )
    func example() async throws {
        let kit = try Kit()
        let source = "Examples/Plugins/text-statistics/Sources/TextStatistics/TextStatistics.swift"
        let library = try kit.library(of: PluginFolder.root.appendingPathComponent(source).path)
        let folder = try PluginFolder()
        let manifest = try PluginPackage.pack(library: library, manifest: nil, into: folder.path)
        #expect(manifest.name == "text-statistics" && "\(manifest.version)" == "1.0.0" && manifest.kind == .step)
        let step = try manifest.step(named: "measure")
        #expect(step.description == "Counts the words of a text, and names the longest.")
        #expect(
            step.inputs.map { "\($0.port.name) \($0.port.type.rawValue) \($0.port.isRequired)" } == [
                "text string true", "limit integer false",
            ])
        #expect(
            step.outputs.map { "\($0.port.name) \($0.port.type.rawValue)" } == [
                "words integer", "averageLength number", "longest array", "size string",
            ])
        for host in [try folder.isolating(), folder.host] {
            let output = try await host.call(
                "text-statistics", step: "measure", input: ["text": "to be or not to be", "limit": 2])
            #expect(output["words"] == 6 && output["longest"] == ["not", "be"] && output["size"] == "short")
            let failed = await failure {
                _ = try await host.call("text-statistics", step: "measure", input: ["text": "…"])
            }
            #expect(failed?.code == "plugin.text-statistics.empty-text" && failed?.text.contains("no words") == true)
            try await withThrowingTaskGroup(of: JSONValue?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await host.call("text-statistics", step: "measure", input: ["text": "a b"])["words"]
                    }
                }
                for try await words in group { #expect(words == 2) }
            }
            // It is replaced as any other.
            try host.reload("text-statistics")
            #expect(
                try await host.call("text-statistics", step: "measure", input: ["text": "a"])["words"] == 1)
        }
        // What is wrong with a type is told by the compiler, with the way out.
        for (body, part) in [
            ("", "A plugin has at least one step"),
            ("func both(_ a: A, _ b: A) -> A { a }", "'both' is no step: give it one parameter and a result"),
            ("func none() {}", "'none' is no step"),
        ] {
            let text = try kit.complaints(
                about:
                    "import PluginKit\nstruct A: Codable {}\n@Plugin(\"p\", version: \"1.0.0\")\nstruct P { \(body) }\n"
            )
            #expect(text.contains(part), "\(text)")
        }
    }
}
