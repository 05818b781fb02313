// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import LLMCore
import NIOCore
import NIOHTTP1
import Testing

@Suite("Plugins and pipes on the command line", .timeLimit(.minutes(20)))
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
                  used by: uses: plugin, with: {plugin: word-count, step: …}

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
        let nowhere = try await Program.run(["plugin", "list", "--plugins", "/nowhere"])
        #expect(nowhere.status == 1 && nowhere.errors.contains("it is not there"), "\(nowhere.errors)")
        for command in ["list", "verify", "doctor"] {
            let unnamed = try await Program.run(["plugin", command])
            #expect(unnamed.status == 64 && unnamed.errors.contains("--plugins"), "\(command) \(unnamed.errors)")
        }
    }

    @Test("A plugin in C is begun, built, signed, installed, looked at, called and removed")
    func life() async throws {
        let files = try TemporaryFiles([
            "measure.yaml": """
            pipeline: measure
            steps:
              - {id: m, uses: plugin, with: {plugin: size-of, step: measure, input: {text: abc}}}
            output: "${m.output.bytes}"
            """
        ])
        let (folder, key) = (files.path("plugins"), files.path("acme.key"))
        let begun = try await Program.run(["plugin", "new", "c", "size-of", "--to", files.folder])
        #expect(begun.status == 0 && begun.text.contains("size-of/build.sh"), "\(begun.errors)")
        #expect(try await Program.run(["plugin", "new", "c", "size-of", "--to", files.folder]).status == 1)
        #expect(try await Program.run(["plugin", "new", "c", "Size Of", "--to", files.folder]).status == 64)
        let built = try await Program.shell("AUTOGLM_BIN=\"$0\" '\(files.folder)/size-of/build.sh'")
        #expect(built.status == 0, "\(built.errors)")
        let plugin = files.path("size-of/build/size-of")
        let signed = try await Program.run(["plugin", "sign", plugin, "--key", key, "--output", "json"])
        let publicKey = try #require(try signed.json()["public_key"]?.stringValue)
        try files.write(
            Data("signatures: required\ntrusted-keys: {acme: \(publicKey)}\nisolation: always\n".utf8), "policy.yaml")
        let policy = ["--plugins", folder, "--plugin-policy", files.path("policy.yaml")]
        try files.write(Data("a list".utf8), "size-of/build/size-of/words.txt")
        let installed = try await Program.run(["plugin", "install", plugin] + policy)
        #expect(installed.text == "size-of 0.1.0 is in \(folder).\n", "\(installed.errors)")
        #expect(installed.errors.contains("Left out: words.txt"), "\(installed.errors)")
        try FileManager.default.removeItem(atPath: files.path("size-of/build/size-of/words.txt"))
        let doctor = try await Program.run(["plugin", "doctor", "--output", "json"] + policy)
        let finding = try #require(try doctor.json()["plugins"]?.arrayValue?.first, "\(doctor.errors)")
        #expect(finding["ok"] == true && finding["isolated"] == true && finding["signer"] == "acme")
        #expect(finding["walls"]?.arrayValue?.contains("seccomp") == true)
        let run = try await Program.run(
            ["run", files.path("measure.yaml"), "--output", "json"] + policy,
            environment: ["XDG_STATE_HOME": files.folder])
        #expect(try run.json()["output"] == 3, "\(run.errors)")
        // What nobody has signed is refused by this policy.
        let unsigned = try await Program.shell("AUTOGLM_BIN=\"$0\" '\(files.folder)/size-of/build.sh'")
        #expect(unsigned.status == 0)
        let refused = try await Program.run(["plugin", "install", plugin] + policy)
        #expect(refused.status == 1 && refused.errors.contains("it has no signature"), "\(refused.errors)")
        #expect(try await Program.run(["plugin", "release", "size-of", "--plugins", folder]).status == 0)
        #expect(
            try await Program.run(["plugin", "remove", "size-of", "--plugins", folder]).text
                == "size-of 0.1.0 is no longer in \(folder).\n")
        #expect(try await Program.run(["plugin", "doctor"] + policy).text.contains("No plugins were found"))
    }

    @Test("A plugin in Swift is begun with what it needs")
    func swiftTemplate() async throws {
        let files = try TemporaryFiles()
        let begun = try await Program.run([
            "plugin", "new", "swift", "text-size", "--to", files.folder, "--package",
            "https://example.org/open-autoglm.git",
            "--output", "json",
        ])
        #expect(
            try begun.json()["files"] == ["Package.swift", "Sources/TextSize/TextSize.swift", "build.sh"],
            "\(begun.errors)")
        let manifest = try String(contentsOfFile: files.path("text-size/Package.swift"), encoding: .utf8)
        #expect(manifest.contains(#".product(name: "PluginKit", package: "open-autoglm")"#), "\(manifest)")
    }

    @Test("A running server takes a new version, tells what became of the plugin, and loads it anew when asked")
    func serving() async throws {
        let files = try TemporaryFiles([
            "models/size/1/pipeline.yaml": """
            pipeline: size
            inputs: {text: {type: string}}
            steps:
              - {id: m, uses: plugin, with: {plugin: size-of, step: measure, input: {text: "${inputs.text}"}}}
              - {id: say, uses: input, with: {text: "${m.output.bytes} bytes"}}
            output: "${say.text}"
            """
        ])
        #expect(try await Program.run(["plugin", "new", "c", "size-of", "--to", files.folder]).status == 0)
        let folder = files.path("plugins")
        func install(_ changes: [(file: String, old: String, new: String)]) async throws {
            for (file, old, new) in changes {
                let text = try String(contentsOfFile: files.path("size-of/\(file)"), encoding: .utf8)
                #expect(text.contains(old), "\(text)")
                try files.write(Data(text.replacing(old, with: new).utf8), "size-of/\(file)")
            }
            let built = try await Program.shell(
                "AUTOGLM_BIN=\"$0\" '\(files.folder)/size-of/build.sh' && \"$0\" plugin install '\(files.folder)/size-of/build/size-of' --plugins '\(folder)'"
            )
            #expect(built.status == 0, "\(built.errors)")
        }
        try await install([])
        let arguments = [
            "--port", "0", "--grpc-port", "0", "--metrics-port", "0", "--model-repository", files.path("models"),
            "--plugins", folder,
        ]
        try await RunningServer.run(arguments) { server in
            let address = try await server.readyAddress()
            func ask(_ path: String, _ body: String? = nil) async throws -> JSONValue {
                var request = HTTPClientRequest(url: "\(address)/\(path)")
                if let body {
                    request.method = .POST
                    request.body = .bytes(ByteBuffer(string: body))
                }
                let reply = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                return try JSONValue(parsing: Array(try await reply.body.collect(upTo: 1 << 20).readableBytesView))
            }
            func answer() async throws -> JSONValue? {
                let body = #"{"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["abc"]}]}"#
                return try await ask("v2/models/size/infer", body)["outputs"]?.arrayValue?.first?["data"]?.arrayValue?
                    .first
            }
            // What is not called is not loaded, and nothing is told of its replacement.
            try #require(try await answer() == "3 bytes")
            try await install([
                ("plugin.yaml", "0.1.0", "0.2.0"), ("plugin.c", "0.1.0", "0.2.0"),
                ("plugin.c", "(last - text));", "(last - text) + 100);"),
            ])
            #expect(try await server.line(with: "The plugin 'size-of'").contains("0.1.0 was replaced by 0.2.0"))
            #expect(try await answer() == "103 bytes")
            let status = try #require(try await ask("v1/plugins")["plugins"]?.arrayValue?.first)
            #expect(status["version"] == "0.2.0" && status["swaps"] == 1 && status["calls"] == 2)
            #expect(status["failures"] == 0 && status["process"] != .null && status["healthy"] == true)
            #expect(try await ask("v1/plugins/size-of/reload", "{}")["swaps"] == 2)
            #expect(try await ask("v1/plugins/none/reload", "{}")["error"]?["code"] == "plugin.unknown")
            #expect(try await answer() == "103 bytes")
        }
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
