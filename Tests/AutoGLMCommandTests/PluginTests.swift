// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Plugins and pipes on the command line", .timeLimit(.minutes(3)))
struct PluginTests {
    private static func wordCount() async throws -> TemporaryFiles {
        let files = try TemporaryFiles([
            "count.yaml": """
            pipeline: count
            steps:
              - {id: count, uses: plugin, with: {plugin: word-count, step: count, input: {text: one two three}}}
            output: "${count.output.words}"
            """
        ])
        let built = try await Program.shell("Examples/Plugins/word-count/build.sh '\(files.folder)/plugins'")
        #expect(built.status == 0, "\(built.errors)")
        return files
    }

    @Test("A plugin is listed, verified and called")
    func plugin() async throws {
        let files = try await Self.wordCount()
        let folder = files.path("plugins")
        let list = try await Program.run(["plugin", "list", "--plugins", folder])
        #expect(
            list.text == """
                word-count 1.0.0 (step): Counts the words of texts.
                  count: text (string) -> words (integer)  Counts the words of a text; a text without words is an error.

                """)
        let json = try await Program.run(
            ["plugin", "list", "--output", "json"], environment: ["AUTOGLM_PLUGINS": folder])
        #expect(try json.json()["plugins"]?.arrayValue?.first?["name"] == "word-count")
        #expect(
            try await Program.run(["plugin", "verify", "--plugins", folder]).text
                == "word-count: as its manifest says\n")
        #expect(
            try await Program.run(["pipeline", "validate", files.path("count.yaml")]).text.contains(
                "No plugins were found"))
        let run = try await Program.run(
            ["run", files.path("count.yaml"), "--plugins", folder, "--output", "json"],
            environment: ["XDG_STATE_HOME": files.folder])
        #expect(try run.json()["output"] == 3, "\(run.errors)")
    }

    @Test("An altered plugin is told, with exit status 1")
    func altered() async throws {
        let files = try await Self.wordCount()
        try files.write(Data("no library".utf8), "plugins/word-count/libword_count.so")
        let verify = try await Program.run(["plugin", "verify", "word-count", "--plugins", files.path("plugins")])
        #expect(verify.status == 1)
        #expect(verify.text.contains("is not the library that plugin.yaml names"), "\(verify.text)")
        let unknown = try await Program.run([
            "plugin", "verify", "word", "--plugins", files.path("plugins"), "--output", "json",
        ])
        #expect(unknown.status == 1)
        #expect(try unknown.json()["plugins"]?.arrayValue?.first?["valid"] == false)
        #expect(try await Program.run(["plugin", "list", "--plugins", "/nowhere"]).status == 1)
    }

    @Test("What flows out of a pipe is shown while it is written")
    func pipe() async throws {
        let files = try TemporaryFiles()
        let run = try await Program.run(
            ["run", "Examples/streamed-news.yaml"], environment: ["XDG_STATE_HOME": files.folder])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.text.contains("1 news (pipe)\n"), "\(run.text)")
        let shown = try #require(run.text.range(of: "  text  "))
        let result = try #require(run.text.range(of: "\nresult"))
        #expect(shown.upperBound < result.lowerBound)
        #expect(run.text[shown.upperBound..<result.lowerBound].contains("sentences.count: "))
    }
}
