// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PluginHost
import Testing

@Suite("Plugins", .timeLimit(.minutes(5)))
struct PluginHostTests {
    private static func registry(_ host: PluginHost) -> StepRegistry { StepRegistry([PluginStep(host), InputStep()]) }

    private static func pipeline(_ host: PluginHost, _ with: String) throws -> Pipeline {
        let yaml = """
            pipeline: p
            inputs: {text: {type: string, default: "one two  three"}, n: {type: integer, default: 3}}
            steps:
              - {id: count, uses: plugin, with: \(with)}
            output: "${count.output}"
            """
        return try Pipeline(yaml: yaml, file: "p.yaml", registry: Self.registry(host))
    }

    @Test("The example in C is built, listed, verified and called from a pipeline")
    func wordCount() async throws {
        let folder = try PluginFolder.wordCount()
        let manifest = try #require(try folder.host.plugins().first).manifest.get()
        #expect(
            manifest.name == "word-count" && "\(manifest.version)" == "1.0.0" && manifest.steps.map(\.name) == ["count"]
        )
        try folder.host.verify("word-count")
        let with = #"{plugin: word-count, step: count, input: {text: "${inputs.text}"}}"#
        let runner = PipelineRunner(model: ScriptedModel())
        let pipeline = try Self.pipeline(folder.host, with)
        for (text, words) in [("one two  three", 3), (" a\n\tb\u{e9} \"c\" \\n ", 4), ("x", 1)]
            as [(JSONValue, JSONValue)]
        {
            #expect(try await runner.run(pipeline, inputs: ["text": text]).output == ["words": words])
        }
        let failed = await failure { _ = try await runner.run(pipeline, inputs: ["text": "  "]) }
        #expect(
            failed?.text.contains("'count' of the plugin 'word-count' failed (status 1): The text has no words.")
                == true)
    }

    @Test("A plugin in C++ is called, and what it throws becomes an error", arguments: [false, true])
    func cplusplus(isolated: Bool) async throws {
        let folder = try PluginFolder()
        try folder.add(library: "letters", [], to: "letters") { hash in
            """
            plugin: letters
            version: 1.0.0
            abi: 1
            kind: step
            library: letters.so
            sha256: \(hash)
            steps:
              count:
                inputs: {text: {type: string}}
                outputs: {letters: {type: object}}
            """
        }
        let host = isolated ? try folder.isolating() : folder.host
        let counted = try await host.call("letters", step: "count", input: ["text": "abba!"])
        #expect(counted["letters"] == ["a": 2, "b": 2])
        let failed = await failure { _ = try await host.call("letters", step: "count", input: ["text": "1"]) }
        #expect(failed?.code == "plugin.letters.no-letters", "\(String(describing: failed))")
    }

    @Test("A plugin's error can be caught by its code")
    func caught() async throws {
        let folder = try PluginFolder.hostile()
        let yaml = """
            pipeline: p
            steps:
              - try: [{id: a, uses: plugin, with: {plugin: hostile, step: run, input: {do: error}}}]
                catch: [{id: c, uses: input, with: {text: "${error.code}"}}]
            output: "${c.text}"
            """
        let pipeline = try Pipeline(yaml: yaml, registry: Self.registry(folder.host))
        #expect(try await PipelineRunner(model: ScriptedModel()).run(pipeline).output == "plugin.hostile.too-much")
    }

    @Test(
        "What is given is checked against the manifest before running",
        arguments: [
            (
                #"{plugin: word-cuont, step: count}"#,
                "p.yaml:4:46: There is no plugin 'word-cuont'. Did you mean 'word-count'?"
            ),
            (
                #"{plugin: word-count, step: cuont}"#,
                "p.yaml:4:64: The plugin 'word-count' has no step 'cuont'. Did you mean 'count'?"
            ),
            (
                #"{plugin: word-count, step: count}"#,
                "p.yaml:4:5: The step 'count' lacks the input 'text'. Add it under 'input'."
            ),
            (
                #"{plugin: word-count, step: count, input: {txet: x, text: y}}"#,
                "p.yaml:4:78: The step 'count' has no input 'txet'. Did you mean 'text'?"
            ),
            (
                #"{plugin: word-count, step: count, input: {text: 3}}"#,
                "p.yaml:4:78: 'text' must be of type string, but is integer."
            ),
            (
                #"{plugin: word-count, step: count, input: {text: "${inputs.n}"}}"#,
                "p.yaml:4:78: 'text' must be of type string, but is integer."
            ),
            (
                #"{plugin: "${inputs.text}", step: count}"#,
                "p.yaml:4:46: 'plugin' holds a reference, so that nothing could be checked before running. Write the name out."
            ),
        ])
    func checks(with: String, issue: String) throws {
        let folder = try PluginFolder.wordCount()
        let error = try #require(throws: InvalidPipelineError.self) { try Self.pipeline(folder.host, with) }
        #expect(error.issues.map(\.description) == [issue])
    }

    @Test(
        "Whatever a plugin replies, the run gets a clear error",
        arguments: [
            ("nothing", "plugin.bad-reply", "no JSON"), ("text", "plugin.bad-reply", "no JSON"),
            ("bytes", "plugin.bad-reply", "no JSON"), ("list", "plugin.bad-reply", "must be an object, but is array"),
            ("extra", "plugin.bad-reply", "'other' is not known"),
            ("missing", "plugin.bad-reply", "'value' is missing"),
            ("type", "plugin.bad-reply", "must be of type integer, but is string"),
            ("range", "plugin.bad-reply", "breaks its schema"),
            ("huge", "plugin.bad-reply", "18446744073709551615 bytes"),
            ("null", "plugin.bad-reply", "no JSON"), ("error", "plugin.hostile.too-much", "status 7): It is too much."),
            ("babble", "plugin.hostile.failed", "(status 3)."), ("wicked", "plugin.hostile.failed", "(status 3)."),
        ])
    func replies(what: String, code: String, part: String) async throws {
        let folder = try PluginFolder.hostile()
        let failed = await failure {
            _ = try await folder.host.call("hostile", step: "run", input: ["do": .string(what)])
        }
        #expect(failed?.code == code)
        #expect(failed?.text.contains(part) == true, "\(failed?.text ?? "")")
        // The host goes on after that.
        #expect(try await folder.host.call("hostile", step: "run", input: ["do": "well"]) == ["value": 1])
    }

    @Test(
        "A library that is wrong is refused",
        arguments: [
            (["-DABI=2"], "plugin.wrong-abi", "does not speak version 1"),
            (["-DNO_ENTRY"], "plugin.cannot-load", "lacks the function 'autoglm_plugin_entry'"),
            (["-DCALL=NULL"], "plugin.cannot-load", "lacks 'call'"),
            (["-DSIZE=16"], "plugin.cannot-load", "lacks the end of its table"),
            (["-DNOT_OPEN"], "plugin.cannot-load", "cannot be opened (status 5)"),
            ([#"-DDESCRIPTION="no JSON""#], "plugin.cannot-load", "does not describe itself in JSON"),
            (
                [#"-DDESCRIPTION="{\"name\": \"hostile\", \"version\": \"1.0.1\", \"steps\": [\"run\"]}""#],
                "plugin.cannot-load", "do not agree on 'version': \"1.0.1\" and \"1.0.0\""
            ),
            ([#"-DDESCRIPTION="{\"name\": \"hostile\", \"version\": \"1.0.0\"}""#], "plugin.cannot-load", "on 'steps'"),
        ])
    func libraries(macros: [String], code: String, part: String) async throws {
        let folder = try PluginFolder.hostile(macros)
        let failed = await failure { try folder.host.verify("hostile") }
        #expect(failed?.code == code)
        #expect(failed?.text.contains(part) == true, "\(failed?.text ?? "")")
    }

    @Test("An altered library is refused before it is loaded, and so is what is no library")
    func altered() async throws {
        let folder = try PluginFolder.hostile()
        let library = "\(folder.path)/hostile/hostile.so"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: library))
        bytes.append(0)
        try bytes.write(to: URL(fileURLWithPath: library))
        var failed = await failure { try folder.host.verify("hostile") }
        #expect(failed?.code == "plugin.altered" && failed?.text.contains("Install the plugin again") == true)
        // With its hash right, the loader itself refuses it.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        try Data().write(to: URL(fileURLWithPath: library))
        try folder.write(PluginFolder.manifest(sha256: empty), to: "hostile/plugin.yaml")
        failed = await failure { try folder.host.verify("hostile") }
        #expect(failed?.code == "plugin.cannot-load", "\(failed?.text ?? "")")
        try FileManager.default.removeItem(atPath: library)
        try FileManager.default.createSymbolicLink(atPath: library, withDestinationPath: "/bin/sh")
        failed = await failure { try folder.host.verify("hostile") }
        #expect(failed?.text.contains("no plain file") == true)
    }

    @Test("Cancelling returns at once, also while a plugin does not; other calls go on")
    func cancel() async throws {
        let folder = try PluginFolder.hostile()
        let host = folder.host
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await host.call("hostile", step: "run", input: ["do": "wait"]) }
            _ = try await host.call("hostile", step: "run", input: ["do": "arrived"])
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        _ = try await host.call("hostile", step: "run", input: ["do": "leave"])
    }

    @Test("A step's time limit holds against a plugin that does not return")
    func timeout() async throws {
        let folder = try PluginFolder.hostile()
        let host = folder.host
        let pipeline = try Pipeline("p", output: "${a.output}", registry: Self.registry(host)) {
            Step("a", uses: "plugin", with: ["plugin": "hostile", "step": "run", "input": ["do": "wait"]]).timeout(
                .seconds(9))
        }
        let clock = HeldClock()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await PipelineRunner(model: ScriptedModel(), clock: clock).run(pipeline) }
            _ = try await host.call("hostile", step: "run", input: ["do": "arrived"])
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(9))
            let failed = await failure { try await group.next() }
            #expect(failed?.text.contains("longer than 9") == true, "\(failed?.text ?? "")")
        }
        _ = try await host.call("hostile", step: "run", input: ["do": "leave"])
    }
}
