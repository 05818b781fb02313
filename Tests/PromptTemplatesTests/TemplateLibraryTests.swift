// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import PromptTemplates
import Synchronization
import Testing

@Suite("Template library")
struct TemplateLibraryTests {
    /// A folder that exists while the closure runs.
    private func withFolder(_ files: [String: String], _ body: (Folder) async throws -> Void) async throws {
        let folder = Folder(
            url: FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID().uuidString)"))
        try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
        for (name, text) in files { try folder.write(name, text) }
        do { try await body(folder) } catch {
            try? FileManager.default.removeItem(at: folder.url)
            throw error
        }
        try FileManager.default.removeItem(at: folder.url)
    }

    struct Folder {
        let url: URL

        func write(_ name: String, _ text: String) throws {
            let file = self.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    private static func file(_ name: String, _ version: String, _ body: String, more: String = "") -> String {
        "---\nname: \(name)\nversion: \(version)\n\(more)---\n\(body)\n"
    }

    @Test("Versions are found by range, and rendered by their engine")
    func lookup() async throws {
        let files = [
            "a.prompt": Self.file("sum", "1.0.0", "v1 {{ text }}"),
            "b/c.jinja": Self.file("sum", "1.2.5", "v125 {{ text|upper }}"),
            "d.md": Self.file("sum", "2.0.0", "v2 {text}", more: "engine: format\ntask: summarisation\n"),
            "e.txt": Self.file("sum", "2.1.0-beta.1", "beta"),
            "ignored.json": "{}",
        ]
        try await self.withFolder(files) { folder in
            let library = try TemplateLibrary(folder: folder.url.path)
            #expect(library.problems.isEmpty)
            #expect(library.templates.map(\.version.description) == ["1.0.0", "1.2.5", "2.0.0", "2.1.0-beta.1"])
            for (range, version) in [
                ("latest", "2.0.0"), ("^1", "1.2.5"), ("~1.0", "1.0.0"), ("1.0.0", "1.0.0"), (">=1.1 <2", "1.2.5"),
                ("2.1.0-beta.1", "2.1.0-beta.1"), ("1", "1.2.5"),
            ] {
                #expect(try library.template("sum", version: range).version.description == version, "\(range)")
            }
            #expect(try library.template("sum", version: "^1").render(["text": "x"]) == "v125 X")
            #expect(try library.template("sum").render(["text": "x"]) == "v2 x")
            #expect(try library.template("sum").task == "summarisation")
            let unknown = #expect(throws: PromptError.self) { try library.template("sun") }
            #expect(unknown?.message.contains("Did you mean 'sum'?") == true)
            let noVersion = #expect(throws: PromptError.self) { try library.template("sum", version: "^3") }
            #expect(noVersion?.message.contains("1.0.0, 1.2.5, 2.0.0") == true)
        }
    }

    @Test("Words of YAML 1.1 and quoted values in a schema stay texts")
    func schemaValues() async throws {
        let schema = "input_schema: {enum: [\"yes\", no, \"1\", 2, \"true\", true, 1.5, null]}\n"
        try await self.withFolder(["a.prompt": Self.file("a", "1.0.0", "x", more: schema)]) { folder in
            let template = try TemplateLibrary(folder: folder.url.path).template("a")
            #expect(template.inputSchema?["enum"] == ["yes", "no", "1", 2, "true", true, 1.5, nil])
        }
    }

    @Test("A byte order mark before the front matter is no part of it")
    func byteOrderMark() async throws {
        try await self.withFolder(["a.prompt": "\u{FEFF}" + Self.file("a", "1.0.0", "x")]) { folder in
            let template = try TemplateLibrary(folder: folder.url.path).template("a")
            #expect(try template.render([:]) == "x")
        }
    }

    @Test("Required inputs are checked by name")
    func inputs() async throws {
        let schema = "input_schema: {type: object, required: [text], properties: {text: {type: string}}}\n"
        try await self.withFolder(["a.prompt": Self.file("a", "1.0.0", "{{ text }}{{ tone }}", more: schema)]) {
            folder in
            let template = try TemplateLibrary(folder: folder.url.path).template("a")
            #expect(template.requiredInputs == ["text"])
            #expect(template.inputSchema?["properties"]?["text"]?["type"] == "string")
            let error = #expect(throws: PromptError.self) { try template.render(["txt": "x"]) }
            #expect(error?.code == .missingVariable)
            #expect(error?.message.contains("needs 'text'; given: txt") == true)
        }
    }

    @Test(
        "A broken file is a problem with its line",
        arguments: [
            ("no front matter", 1, "must begin"), ("---\nname: a\n", 1, "no second line"),
            ("---\nname: a\n---\n", 1, "no 'version'"), ("---\nversion: 1.0.0\n---\n", 1, "no 'name'"),
            ("---\nname: a\nversion: one\n---\n", 3, "is no version"),
            ("---\nname: a\nversio: 1.0.0\n---\n", 3, "Did you mean 'version'?"),
            ("---\nname: a\nversion: 1.0.0\nengine: jinga\n---\n", 4, "Did you mean 'jinja'?"),
            ("---\nname: [a\nversion: 1.0.0\n---\n", 3, "no valid YAML"),
            ("---\nname: a\nversion: 1.0.0\n---\nfine\n{% if %}\n", 6, "Expected an expression"),
            ("---\nname: a\nversion: 1.0.0\nengine: format\n---\nfine\n{}\n", 7, "names nothing"),
            ("---\nname: a\nversion: 1.0.0\ninput_schema: text\n---\n", 4, "must be a JSON Schema object"),
        ])
    func broken(text: String, line: Int, message: String) async throws {
        try await self.withFolder(["x.prompt": text]) { folder in
            let problems = try TemplateLibrary(folder: folder.url.path).problems
            #expect(problems.count == 1)
            #expect(problems.first?.file == "x.prompt")
            #expect(problems.first?.line == line, "\(problems)")
            #expect(problems.first?.message.contains(message) == true, "\(problems)")
        }
    }

    @Test("Edits are taken in; a broken one keeps the last good version and says so")
    func reload() async throws {
        try await self.withFolder(["a.prompt": Self.file("a", "1.0.0", "one")]) { folder in
            let library = try TemplateLibrary(folder: folder.url.path)
            #expect(try library.reload().isEmpty)
            try folder.write("a.prompt", Self.file("a", "1.0.0", "two"))
            #expect(try library.reload().updated == ["a 1.0.0"])
            #expect(try library.template("a").render([:]) == "two")
            try folder.write("a.prompt", Self.file("a", "1.0.0", "{{ broken"))
            #expect(try library.reload().isEmpty)
            #expect(try library.template("a").render([:]) == "two")
            #expect(library.problems.first?.message.contains("The last good version (a 1.0.0) stays in use.") == true)
            try folder.write("b.prompt", Self.file("a", "1.0.0", "copy"))
            _ = try library.reload()
            #expect(
                library.problems.contains {
                    $0.file == "b.prompt" && $0.message.contains("already defined in a.prompt")
                })
            try folder.write("a.prompt", Self.file("a", "1.1.0", "three"))
            let changes = try library.reload()
            #expect(changes.added == ["a 1.1.0"])
            #expect(library.problems.isEmpty)
            try FileManager.default.removeItem(at: folder.url.appending(path: "b.prompt"))
            #expect(try library.reload().removed == ["a 1.0.0"])
        }
    }

    @Test("The watcher looks at every tick of its clock and stops when cancelled")
    func watcher() async throws {
        try await self.withFolder(["a.prompt": Self.file("a", "1.0.0", "one")]) { folder in
            let library = try TemplateLibrary(folder: folder.url.path)
            try folder.write("a.prompt", Self.file("a", "1.0.0", "two"))
            await withTaskGroup(of: Void.self) { group in
                let (stream, continuation) = AsyncStream<Bool>.makeStream()
                group.addTask {
                    await library.run(every: .seconds(60), clock: ManualClock()) { result in
                        continuation.yield((try? result.get())?.updated == ["a 1.0.0"])
                    }
                }
                for await sawChange in stream where sawChange { break }
                group.cancelAll()
            }
            #expect(try library.template("a").render([:]) == "two")
        }
    }

    @Test("A folder that is not there is an error")
    func noFolder() {
        let error = #expect(throws: PromptError.self) { try TemplateLibrary(folder: "/nonexistent/templates") }
        #expect(error?.code == .invalidLibrary)
    }

    @Test(
        "Versions are ordered as semver.org says",
        arguments: [
            ("1.0.0-alpha", "1.0.0-alpha.1"), ("1.0.0-alpha.1", "1.0.0-alpha.beta"), ("1.0.0-beta.2", "1.0.0-beta.11"),
            ("1.0.0-rc.1", "1.0.0"), ("1.9.0", "1.10.0"), ("1.0.0", "2.0.0"),
        ])
    func order(lower: String, higher: String) throws {
        #expect(try SemanticVersion(lower) < SemanticVersion(higher))
        #expect(try !(SemanticVersion(higher) < SemanticVersion(lower)))
    }

    @Test(
        "Malformed versions and ranges are refused",
        arguments: ["1", "1.2", "1.2.x", "01.2.3", "1.2.3-", "v1.2.3", "9999999999.0.0", "1.2.3-a..b"])
    func malformed(text: String) {
        #expect(throws: PromptError.self) { try SemanticVersion(text) }
        #expect(throws: PromptError.self) { try VersionRange("^>" + text) }
    }
}
