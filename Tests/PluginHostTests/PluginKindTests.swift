// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import OpenAutoGLMTesting
import OrderedCollections
import Pipelines
import PluginHost
import PluginKinds
import ResultParsing
import TaskRouting
import Testing

@Suite("Plugins as parsers, routers and handlers of inputs", .timeLimit(.minutes(5)))
struct PluginKindTests {
    private static func host(_ folder: PluginFolder, _ isolated: Bool) throws -> PluginHost {
        isolated ? try folder.isolating() : folder.host
    }

    private static func pipeline(_ host: PluginHost, _ steps: String) throws -> Pipeline {
        let registry = StepRegistry([
            ParseStep(plugins: host), RouteStep(plugins: host), GenerateStep(), InputStep(),
        ])
        return try Pipeline(
            yaml: "pipeline: p\ninputs: {n: {type: string, default: x}}\nsteps:\n\(steps)", file: "p.yaml",
            registry: registry)
    }

    // MARK: - Parsers

    @Test("A plugin's complaint is told to the model, which is asked again", arguments: [false, true])
    func parsing(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.parser)
        let host = try Self.host(folder, isolated)
        let pipeline = try Self.pipeline(
            host,
            """
              - {id: ask, uses: generate, with: {prompt: "A digit?"}}
              - {id: read, uses: parse, with: {text: "${ask.text}", plugin: parser, attempts: 2}}
            output: {value: "${read.value}", failures: "${read.failures}", repairs: "${read.repairs}"}
            """)
        let model = ScriptedModel(replies: ["none", "it is 7"])
        let result = try await PipelineRunner(model: model).run(pipeline)
        #expect(
            result.output == [
                "value": ["digit": 7], "failures": ["The answer has no digit; give one."],
                "repairs": ["There was text before it."],
            ])
        guard case .messages(let messages) = model.requests.last?.prompt else {
            Issue.record("The model was not asked again.")
            return
        }
        #expect(messages.map(\.text) == ["A digit?", "none", "The answer has no digit; give one."])
    }

    @Test(
        "An answer that cannot be read has the plugin's code; a plugin that fails is no failure of the answer",
        arguments: [
            ("none", "result-parsing.parser.no-digit", "no digit"),
            ("silent", "result-parsing.parser.failed", "parser"),
            ("crash", "plugin.crashed", "signal"), ("nonsense", "plugin.bad-reply", "'value' is missing"),
        ])
    func unread(answer: String, code: String, part: String) async throws {
        let folder = try PluginFolder.kind(.parser)
        let host = try folder.isolating()
        let failed = await failure { _ = try await PluginParser("parser", host: host).parse(answer) }
        #expect(failed?.code == code && failed?.text.contains(part) == true, "\(failed?.text ?? "")")
        let pipeline = try Self.pipeline(
            host,
            """
              - try: [{id: a, uses: parse, with: {text: \(answer), plugin: parser}}]
                catch: [{id: c, uses: input, with: {text: "${error.code}"}}]
            output: "${c.text}"
            """)
        #expect(try await PipelineRunner(model: ScriptedModel()).run(pipeline).output == .string(code))
    }

    // MARK: - Routers

    @Test("A plugin chooses among a pipeline's targets, or among tasks", arguments: [false, true])
    func routing(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.router)
        let host = try Self.host(folder, isolated)
        let names = ["task", "confidence", "source", "explanation", "labels"]
        let output = "output: {\(names.map { "\($0): \"${r.\($0)}\"" }.joined(separator: ", "))}"
        func decide(_ text: String, _ more: String) async throws -> JSONValue {
            let pipeline = try Self.pipeline(
                host, "  - {id: r, uses: route, with: {text: \(text), plugin: router\(more)}}\n\(output)")
            return try await PipelineRunner(model: ScriptedModel()).run(pipeline).output
        }
        let chosen = try await decide("sales please", ", targets: [sales, support]")
        #expect(chosen["task"] == "sales" && chosen["confidence"]?.numberValue == 0.75 && chosen["source"] == "plugin")
        #expect(chosen["explanation"] == "it was given targets" && chosen["labels"] == [])
        let task = try await decide("\"classification unsure: one of a, b.\"", "")
        #expect(task["task"] == "classification" && task["confidence"] == .null && task["labels"] == ["a", "b"])
        let failed = await failure { _ = try await decide("legal", ", targets: [sales, support]") }
        #expect(
            failed?.text.contains(
                "The plugin 'router' chose 'legal', which is none of the targets: 'sales', 'support'.") == true,
            "\(failed?.text ?? "")")
        let oversure = await failure { _ = try await decide("sales oversure", ", targets: [sales, support]") }
        #expect(oversure?.text.contains("not from 0 to 1") == true)
    }

    @Test("A plugin tells tasks where no rule is clear")
    func identifying() async throws {
        let folder = try PluginFolder.kind(.router)
        let router = TaskRouter(rules: [], identifier: try PluginRouter("router", host: folder.host))
        let decision = try await router.route("translation of this")
        #expect(decision.task == .translation && decision.confidence == 0.75 && decision.source == .taskModel)
        #expect(decision.explanation.contains("plugin:router"))
        let failed = await failure { _ = try await router.route("nowhere") }
        #expect(failed?.code == "task-routing.unknown-target" && failed?.text.contains("'translation'") == true)
    }

    // MARK: - Mistakes

    @Test(
        "What is wrong with a plugin's name, or with what goes with it, is found before running",
        arguments: [
            ("parse", "{text: a, plugin: pasrer}", "p.yaml:4:50: There is no plugin 'pasrer'. Did you mean 'parser'?"),
            (
                "parse", "{text: a, plugin: router}",
                "p.yaml:4:50: The plugin 'router' is a router, and what is wanted here is a parser. There are: parser."
            ),
            (
                "parse", "{text: a, plugin: parser, as: json}",
                "p.yaml:4:5: The step has both 'as' and 'plugin'. Give exactly one of them."
            ),
            (
                "parse", "{text: a}",
                "p.yaml:4:5: The step has neither 'as' nor 'profile' nor 'plugin'. Give exactly one of them."
            ),
            (
                "parse", "{text: a, plugin: \"${inputs.n}\"}",
                "p.yaml:4:50: 'plugin' holds a reference, so that nothing could be checked before running. Write the name out."
            ),
            (
                "route", "{text: a, plugin: parser}",
                "p.yaml:4:50: The plugin 'parser' is a parser, and what is wanted here is a router. There are: router."
            ),
            ("route", "{text: a, targets: [b, c]}", "p.yaml:4:51: 'targets' are for a plugin. Name one with 'plugin'."),
            (
                "route", "{text: a, plugin: router, targets: [b]}",
                "p.yaml:4:67: 'targets' must hold at least two texts."
            ),
        ])
    func mistakes(step: String, with: String, issue: String) throws {
        let folder = try PluginFolder.kind(.router)
        try folder.add(.parser)
        let error = try #require(throws: InvalidPipelineError.self) {
            try Self.pipeline(folder.host, "  - {id: a, uses: \(step), with: \(with)}\noutput: done")
        }
        #expect(error.issues.map(\.description) == [issue])
    }

    @Test("A step that knows no plugins has no such input")
    func withoutPlugins() throws {
        #expect(ParseStep().definition.inputs.allSatisfy { $0.name != "plugin" })
        #expect(RouteStep().definition.inputs.allSatisfy { !["plugin", "targets"].contains($0.name) })
    }

    // MARK: - Handlers of inputs

    private static func table(_ routes: String, _ host: PluginHost) throws -> RoutingTable {
        try RoutingTable(
            parsing: "routes: [\(routes)]", file: "t.yaml", kinds: InputHandlerKind.plugins(of: host)
        ) { try InputHandlerKind.named($0, of: host) }
    }

    @Test("What a plugin finds in an input is a finding as any other", arguments: [false, true])
    func inputs(isolated: Bool) async throws {
        let folder = try PluginFolder.kind(.inputProcessor)
        let host = try Self.host(folder, isolated)
        let table = try Self.table(
            "{handler: plugin:input-processor, modality: image, options: {language: fr}}, {handler: plugin:input-processor, name: rest}",
            host)
        let router = try await InputRouter(table)
        let picture = InputEvent(
            .image, .encoded([1, 2, 3, 4], mediaType: "image/png"), timestamp: 0, source: "camera")
        var handled = try #require(try await router.handle(picture))
        #expect(handled.findings.text == "image image/png of camera in 'fr', 8 digits")
        #expect(handled.findings.vector == [0.5, -1] && handled.findings.details == ["digits": 8])
        #expect(handled.route == "plugin:input-processor")
        handled = try #require(try await router.handle(InputEvent(.text, .text("hé"), timestamp: 0, source: "a")))
        #expect(handled.findings.text == "text text/plain of a in '', 4 digits" && handled.route == "rest")
        let odd = InputEvent(.text, .text(""), timestamp: 0, source: "odd")
        let failed = await failure { _ = try await router.handle(odd) }
        #expect(failed?.code == "plugin.bad-reply" && failed?.text.contains("numbers") == true)
        guard isolated else { return }
        let crash = InputEvent(.text, .text(""), timestamp: 0, source: "crash")
        #expect(await failure { _ = try await router.handle(crash) }?.code == "plugin.crashed")
        #expect(try await router.handle(picture) != nil)
    }

    @Test("A payload that is too large for a call is refused, and the largest one is not")
    func large() async throws {
        let folder = try PluginFolder.kind(.inputProcessor)
        let host = try folder.isolating()
        let router = try await InputRouter(Self.table("{handler: plugin:input-processor}", host))
        func event(_ count: Int) -> InputEvent {
            InputEvent(
                .image, .encoded([UInt8](repeating: 0, count: count), mediaType: "image/png"), timestamp: 0, source: "a"
            )
        }
        let most = (48 << 20) - (64 << 10)
        let handled = try #require(try await router.handle(event(most)))
        #expect(handled.findings.details["digits"]?.integerValue == (most + 2) / 3 * 4)
        let failed = await failure { _ = try await router.handle(event(most + 1)) }
        #expect(failed?.code == "multimodal.too-large" && failed?.text.contains("\(most) at most") == true)
    }

    @Test(
        "What is wrong with a plugin in a routing table is told with its place",
        arguments: [
            (
                "{handler: plugin:input-procesor}",
                "There is no plugin 'input-procesor'. Did you mean 'input-processor'?"
            ),
            (
                "{handler: plugin:parser}",
                "The plugin 'parser' is a parser, and what is wanted here is an input-processor. There are: ears, input-processor."
            ),
            ("{handler: plgin:ears}", "There is no handler 'plgin:ears'. Did you mean 'plugin:ears'?"),
            ("{handler: plugin:ears, modality: image}", "The handler 'plugin:ears' takes no image. It takes audio."),
            (
                "{handler: plugin:ears, options: {langauge: en}}",
                "The handler 'plugin:ears' has the unknown key 'langauge'. Did you mean 'language'?"
            ),
            ("{handler: plugin:ears, options: {language: tlh}}", "'language' breaks its schema"),
            ("{handler: plugin:ears, options: {language: 5}}", "'language' must be of type string, but is integer."),
        ])
    func tables(route: String, message: String) throws {
        let folder = try PluginFolder.kind(.inputProcessor)
        try folder.add(.parser)
        try folder.add(
            .inputProcessor,
            """
            inputs: {payload: {type: string}, modality: {type: string, schema: {enum: [audio]}}, language: {type: string, required: false, schema: {enum: [en, fr]}}}
            outputs: {text: {type: string}, vector: {type: array}, digits: {type: integer}}
            """, as: "ears")
        let error = try #require(throws: InvalidRoutingTableError.self) { try Self.table(route, folder.host) }
        #expect(error.problems.count == 1)
        #expect(error.message.hasPrefix("t.yaml:1:") && error.message.contains(message), "\(error.message)")
    }
}
