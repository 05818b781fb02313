// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import PipelineSteps
import Pipelines
import Synchronization
import Testing

@Suite("Secrets of the http step")
struct StepSecretsTests {
    private static let secret = "s3cret/of-the-test"

    /// Steps that may send the secret in a file to a host.
    private static func steps(_ folder: TestFolder, host: String = "127.0.0.1") -> StepRunning {
        var access = StepAccess()
        access.allowsLocalNetworks = true
        access.secrets = [SecretAccess(host: host, source: .file("\(folder.path)/key"))]
        return StepRunning(access: access)
    }

    private static func folder() throws -> TestFolder {
        let folder = try TestFolder()
        try folder.write("\(Self.secret)\n", to: "key")
        return folder
    }

    @Test(
        "A secret reaches the server, and neither flow, outputs nor journal have it",
        arguments: ["authorization", "status/200"])
    func sent(path: String) async throws {
        let folder = try Self.folder()
        try await EchoServer.run { _, url in
            let inputs: JSONValue = [
                "url": .string("\(url)/\(path)"),
                "headers": [
                    "Authorization": ["file": .string("\(folder.path)/key"), "prefix": "Bearer "], "X-Plain": "plain",
                ],
            ]
            let (seen, journal) = (RecordingJournal(), RecordingJournal())
            let result = try await PipelineRunner(model: ScriptedModel())
                .run(Self.steps(folder).pipeline("http", inputs), journal: journal) { event in
                    seen.add("\(event)")
                }
            let outputs = result.steps[0].outputs
            // The server tells what it was sent; the secret is taken out of that.
            #expect(outputs["json"] == ["told": "Bearer [key]"])
            #expect(outputs["headers"]?["x-authorization"] == "Bearer [key]")
            let everything = "\(result) \(seen.text) \(journal.text)"
            #expect(everything.contains("Bearer [key]") && !everything.contains(Self.secret))
        }
    }

    @Test("A secret may be in a variable of the environment")
    func environment() async throws {
        var access = StepAccess()
        access.allowsLocalNetworks = true
        access.secrets = [SecretAccess(host: "127.0.0.1", source: .environment("PATH"))]
        let steps = StepRunning(access: access)
        try await EchoServer.run { _, url in
            let outputs = try await steps.run(
                "http", ["url": .string("\(url)/authorization"), "headers": ["Authorization": ["env": "PATH"]]])
            #expect(outputs["json"] == ["told": "[key]"])
            let other = await steps.failure(
                "http", ["url": .string("\(url)/authorization"), "headers": ["Authorization": ["env": "HOME"]]])
            #expect(other?.contains("may not be sent to 127.0.0.1") == true)
        }
    }

    @Test("What a server says of a failure has no secret in it")
    func failure() async throws {
        let folder = try Self.folder()
        try await EchoServer.run { _, url in
            let inputs: JSONValue = [
                "url": .string("\(url)/status/500"),
                "headers": ["Authorization": ["file": .string("\(folder.path)/key")]],
            ]
            let failure = await Self.steps(folder).failure("http", inputs)
            #expect(failure?.contains("status 500") == true && failure?.contains(Self.secret) == false)
        }
    }

    @Test("A secret goes to no other host, and its reference is checked before running")
    func refused() async throws {
        let folder = try Self.folder()
        let path = "\(folder.path)/key"
        for (host, value, words) in [
            ("api.example", ["file": .string(path)], "AUTOGLM_SECRETS=127.0.0.1=file:\(path)"),
            ("127.0.0.1", ["env": "HOME"], "may not be sent to 127.0.0.1"),
            ("127.0.0.1", ["fil": .string(path)], "Did you mean 'file'?"),
            ("127.0.0.1", ["file": .string(path), "env": "HOME"], "{env: VARIABLE} or {file: PATH}"),
        ] as [(String, JSONValue, String)] {
            let inputs: JSONValue = ["url": "http://127.0.0.1:1/", "headers": ["Authorization": value]]
            let error = #expect(throws: InvalidPipelineError.self) {
                try Self.steps(folder, host: host).pipeline("http", inputs)
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        // A URL that comes from elsewhere is checked when it is there.
        let yaml = """
            pipeline: p
            inputs: {url: {type: string}}
            steps: [{id: s, uses: http, with: {url: "${inputs.url}", headers: {A: {file: "\(path)"}}}}]
            output: "${s.text}"
            """
        let pipeline = try Pipeline(yaml: yaml, registry: Self.steps(folder).registry)
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: ScriptedModel()).run(pipeline, inputs: ["url": "http://localhost:1/"])
        }
        #expect("\(try #require(error))".contains("may not be sent to localhost"))
    }

    @Test("Without local networks a secret goes encrypted only")
    func plain() async throws {
        let folder = try Self.folder()
        var access = StepAccess()
        access.secrets = [SecretAccess(host: "api.example", source: .file("\(folder.path)/key"))]
        let inputs: JSONValue = [
            "url": "http://api.example/", "headers": ["A": ["file": .string("\(folder.path)/key")]],
        ]
        let error = #expect(throws: InvalidPipelineError.self) {
            try StepRunning(access: access).pipeline("http", inputs)
        }
        #expect(error?.message.contains("https") == true)
    }
}

/// A journal in memory, as text, to which others may add.
private final class RecordingJournal: RunJournal {
    let runID = "run"
    private let state = Mutex("")
    var text: String { self.state.withLock { $0 } }
    func outcome(of step: StepCall) async throws -> StepOutcome? { nil }
    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        self.add("\(step) \(outcome)")
    }
    func add(_ text: String) { self.state.withLock { $0 += text } }
}
