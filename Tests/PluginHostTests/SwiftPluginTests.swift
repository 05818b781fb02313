// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import PluginHost
import PluginKinds
import TaskRouting
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
        // A name of its own: a path that is loaded already would be taken for the same library.
        let name = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
        let library = "\(self.folder.path)/lib\(name).so"
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

@Suite("Plugins in Swift", .timeLimit(.minutes(20)))
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
        try Self.checkComplaints(of: kit)
        try await Self.checkKind(kit)
    }

    /// What is wrong with a type is told by the compiler, with the way out.
    private static func checkComplaints(of kit: Kit) throws {
        let parser = "func parse(_ text: Text) -> Value { Value(value: 1) }"
        for (kind, body, part) in [
            ("step", "", "A plugin has at least one step"),
            ("step", "func both(_ a: A, _ b: A) -> A { a }", "'both' is no step: give it one parameter and a result"),
            ("step", "func none() {}", "'none' is no step"),
            (
                "parser", "func read(_ a: A) -> A { a }",
                "A plugin of kind 'parser' has the step 'parse': a method 'func parse(_ input: Input) async throws -> Output', where Input has 'text' and Output has 'value'."
            ),
            (
                "parser",
                "struct Text: Codable { var words: String? }; struct Value: Codable { var value: Int }; \(parser)",
                "'Text' must have 'text': the step 'parse' of parsers is given it."
            ),
            (
                "parser",
                "struct Text: Codable { var text, language: String }; struct Value: Codable { var value: Int }; \(parser)",
                "'language' of 'Text' must be optional: it is not always given."
            ),
            (
                "parser",
                "struct Text: Codable { var text: String }; struct Value: Codable { var value: Int? }; \(parser)",
                "'Value' must always have 'value', which parsers give."
            ),
            (
                "inputProcessor", "struct Text: Codable { var payload: String }; func process(_ a: Text) -> A { A() }",
                "'Text' must have 'modality'"
            ),
            ("adapter", "func generate(_ a: A) -> A { a }", ""),
        ] {
            let text = try kit.complaints(
                about:
                    "import PluginKit\nstruct A: Codable {}\n@Plugin(\"p\", version: \"1.0.0\", kind: .\(kind))\nstruct P { \(body) }\n"
            )
            #expect(part.isEmpty ? !text.contains("error:") : text.contains(part), "\(text)")
        }
    }

    /// A plugin of another kind has the manifest that its kind wants.
    private static func checkKind(_ kit: Kit) async throws {
        let source = """
            import PluginKit

            @Plugin("first-word", version: "1.0.0", kind: .router)
            struct FirstWord {
                struct Request: Codable {
                    var words: String
                    var targets: [String]?
                    enum CodingKeys: String, CodingKey { case words = "text", targets }
                }
                struct Decision: Codable { var target: String }

                /// Takes the first word.
                func route(_ request: Request) throws -> Decision {
                    guard request.targets?.isEmpty == false else { throw PluginFailure("no-targets", "There is no choice.") }
                    return Decision(target: String(request.words.prefix { $0 != " " }))
                }
            }
            """
        try kit.folder.write(source, to: "FirstWord.swift")
        let library = try kit.library(of: "\(kit.folder.path)/FirstWord.swift")
        let folder = try PluginFolder()
        let manifest = try PluginPackage.pack(library: library, manifest: nil, into: folder.path)
        #expect(manifest.kind == .router)
        let router = try PluginRouter("first-word", host: folder.isolating())
        #expect(try await router.target(of: "a or b", among: ["a", "b"]).target == "a")
    }
}
