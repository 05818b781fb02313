// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Steps in the program")
struct StepsTests {
    @Test("docs/steps.md has the table that the program prints")
    func table() async throws {
        let printed = try await Program.run(["steps", "--markdown"])
        #expect(printed.status == 0)
        let page = try String(contentsOf: Program.root.appendingPathComponent("docs/steps.md"), encoding: .utf8)
        let begin = try #require(page.range(of: "<!-- steps -->\n"))
        let end = try #require(page.range(of: "<!-- end of steps -->"))
        #expect(String(page[begin.upperBound..<end.lowerBound]) == printed.text)
    }

    @Test(
        "Databases that are not allowed as they are written are an error that shows nothing of them",
        arguments: [
            ("shop=postgresql://me:hunter2@host/db", "password_env"), ("postgresql://me:hunter2@host/db", "NAME=URL"),
            ("shop=postgresql://host/db?sslmod=require", "Did you mean 'sslmode'?"),
        ])
    func databases(setting: String, words: String) async throws {
        let outcome = try await Program.run(["steps"], environment: ["AUTOGLM_DATABASES": setting])
        #expect(outcome.status != 0 && outcome.text.isEmpty)
        #expect(outcome.errors.contains(words) && !outcome.errors.contains("hunter2"), "\(outcome.errors)")
    }

    static func output(_ arguments: String...) async throws -> JSONValue {
        let state = try TemporaryFiles()
        let outcome = try await Program.run(
            ["run"] + arguments + ["--output", "json"], environment: ["XDG_STATE_HOME": state.folder])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.json()["output"] ?? .null
    }

    @Test("Every example runs as it is, as the demo does", .timeLimit(.minutes(20)))
    func examples() async throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Program.root.appendingPathComponent("Examples").path
        ).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 6)
        for name in names { #expect(try await Self.output("Examples/\(name)") != .null, "\(name)") }
    }

    @Test("A run that cannot begin for its inputs is not stored")
    func badInputs() async throws {
        let files = try TemporaryFiles([
            "needy.yaml": "pipeline: needy\ninputs: {n: {type: string, description: A sum.}}\nsteps:\n"
                + "  - id: a\n    uses: calculator\n    with: {expression: \"${inputs.n}\"}\noutput: \"${a.value}\"\n"
        ])
        let state = ["XDG_STATE_HOME": files.folder]
        let run = try await Program.run(["run", files.path("needy.yaml"), "--output", "json"], environment: state)
        #expect(run.status == 1 && run.errors.contains("needs the input 'n' (string): A sum.\n"), "\(run.errors)")
        #expect(!run.errors.contains("--resume"))
        let list = try await Program.run(["runs", "list", "--output", "json"], environment: state)
        #expect(try list.json()["runs"] == [], "\(list.text) \(list.errors)")
    }

    @Test("A document becomes its entities as JSON", .timeLimit(.minutes(20)))
    func documentEntities() async throws {
        let output = try await Self.output(
            "Examples/document-entities.yaml", "--input", "@Examples/texts/harbour.txt")
        let text = try String(
            contentsOf: Program.root.appendingPathComponent("Examples/texts/harbour.txt"), encoding: .utf8)
        let people = try #require(output["entities"]?["people"]?.arrayValue)
        #expect(people.contains("Inês Carvalho"))
        for kind in ["people", "places", "organisations"] {
            let names = try #require(output["entities"]?[kind]?.arrayValue).compactMap(\.stringValue)
            #expect(!names.isEmpty && names.allSatisfy { text.localizedCaseInsensitiveContains($0) }, "\(names)")
        }
    }

    @Test("A long article becomes a summary of its pieces", .timeLimit(.minutes(20)))
    func articleSummary() async throws {
        let output = try await Self.output("Examples/article-summary.yaml", "--input", "@Examples/texts/lighthouse.txt")
        let summary = try #require(output["summary"]?.stringValue)
        #expect(try #require(output["parts"]?.arrayValue).count > 1)
        #expect(
            (40...600).contains(summary.count) && summary.localizedCaseInsensitiveContains("lighthouse"), "\(summary)")
        #expect(output["title"]?.stringValue?.isEmpty == false)
    }

    @Test("A question is answered with what a tool computed", .timeLimit(.minutes(20)))
    func questionTools() async throws {
        let output = try await Self.output("Examples/question-tools.yaml", "--input", "How much is 17 times 23?")
        #expect(output["result"] == 391)
        #expect(output["answer"]?.stringValue?.contains("391") == true, "\(output)")
    }

    @Test("Access is what the environment allows")
    func access() async throws {
        let files = try TemporaryFiles([
            "p.yaml": """
            pipeline: p
            steps:
              - {id: write, uses: file, with: {action: write, path: a.txt, folder: out, value: hello}}
            output: "${write.bytes}"
            """
        ])
        let arguments = ["pipeline", "validate", files.path("p.yaml")]
        #expect(try await Program.run(arguments).text.contains("No folder 'out' is allowed"))
        let allowed = try await Program.run(arguments, environment: ["AUTOGLM_WRITE_FOLDERS": "out=\(files.folder)"])
        #expect(allowed.status == 0)
        let wrong = try await Program.run(arguments, environment: ["AUTOGLM_WRITE_FOLDERS": "out"])
        #expect(wrong.status == 64 && wrong.errors.contains("NAME=PATH"))
    }
}
