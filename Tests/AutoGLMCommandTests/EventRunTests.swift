// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import NATSServing
import Synchronization
import Testing

@Suite("Runs that events begin, by the program")
struct EventRunTests {
    private static let telling = """
        pipeline: telling
        inputs: {name: {type: string}}
        steps: [{id: tell, uses: emit, with: {subject: people.new, payload: {name: "${inputs.name}"}}}]
        output: "${tell.id}"
        """

    private static let greeting = """
        pipeline: greeting
        inputs: {name: {type: string}, event: {type: any}}
        steps: [{id: words, uses: prompt, with: {text: "${inputs.event.id}", template: "{text}"}}]
        output: {name: "${inputs.name}", id: "${words.text}"}
        """

    /// A worker that is asked to end when it has left some runs.
    ///
    /// - Parameter onReady: Called when it takes events, or has ended.
    private static func worker(
        _ arguments: [String], _ environment: [String: String], runs: Int, onReady: @escaping @Sendable () -> Void
    ) async throws -> Program.Outcome {
        defer { onReady() }
        let said = Mutex("")
        return try await Program.run(
            ["worker"] + arguments, environment: environment,
            watchErrors: { process, data in
                let text = said.withLock { text in
                    text += String(decoding: data, as: UTF8.self)
                    return text
                }
                if text.contains("takes events") { onReady() }
                if text.split(separator: "\n").count(where: { $0.hasPrefix("left ") }) == runs { process.terminate() }
            })
    }

    @Test("What one process tells begins runs in another, over NATS")
    func acrossProcesses() async throws {
        let server = try NATSServer()
        let files = try TemporaryFiles(["telling.yaml": Self.telling, "greeting.yaml": Self.greeting])
        let environment = [
            "AUTOGLM_STORE": files.path("runs.sqlite"), "AUTOGLM_BUS": server.url, "AUTOGLM_QUEUE": server.url,
        ]
        let trigger = "people.*=\(files.path("greeting.yaml"))"
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        async let worker = Self.worker(["--on", trigger], environment, runs: 2) { isReady.finish() }
        for await _ in ready {}
        var ids: Set<JSONValue> = []
        for name in ["Ada", "Bob"] {
            let told = try await Program.run(
                ["run", files.path("telling.yaml"), "--input", name, "--output", "json"], environment: environment)
            #expect(told.status == 0, "\(told.errors)")
            ids.insert(try told.json()["output"] ?? .null)
        }
        let worked = try await worker
        // As a program that SIGTERM has ended, after it has left everything in order.
        #expect(worked.status == 128 + SIGTERM, "\(worked.errors)")
        let listed = try await Program.run(
            ["runs", "list", "--pipeline", "greeting", "--output", "json"], environment: environment
        ).json()
        let runs = (listed["runs"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        #expect(runs.count == 2)
        var outputs: [JSONValue] = []
        for run in runs {
            let shown = try await Program.run(["runs", "show", run, "--output", "json"], environment: environment)
            outputs.append(try shown.json()["output"] ?? .null)
        }
        #expect(Set(outputs.compactMap { $0["name"] }) == ["Ada", "Bob"])
        #expect(Set(outputs.compactMap { $0["id"] }) == ids)
    }

    @Test(
        "What is no bus or trigger is refused before anything begins",
        arguments: [
            (["worker", "--bus", "http://host"], "nats://"), (["worker", "--bus", "nats://me:word@host"], "password"),
            (["worker", "--on", "people"], "SUBJECT=PIPELINE"),
            (["worker", "--on", "a b=x.yaml", "--bus", "memory"], "x.yaml"),
            (["worker", "--queue", "nats://127.0.0.1:0"], "port"),
        ])
    func refused(arguments: [String], text: String) async throws {
        let files = try TemporaryFiles([:])
        let outcome = try await Program.run(
            arguments + ["--until-empty", "--store", files.path("runs.sqlite")])
        #expect(outcome.status != 0 && outcome.errors.contains(text), "\(outcome.errors)")
    }
}
