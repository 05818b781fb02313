// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Experiments on the command line")
struct ExperimentTests {
    private static let example = "Examples/experiments/answer-length.yaml"

    @Test("Every example is valid", arguments: ["answer-length", "canary", "best-prompt"])
    func examples(name: String) async throws {
        let outcome = try await Program.run(
            ["experiment", "validate", "Examples/experiments/\(name).yaml", "--output", "json"])
        let report = try outcome.json()
        #expect(outcome.status == 0 && report["valid"] == true, "\(outcome.text)")
    }

    @Test("What is wrong has its place, and the exit status says so")
    func invalid() async throws {
        let files = try TemporaryFiles(["e.yaml": "experiment: e\narms: [{name: a, weight: 1}, {nam: b, weight: 0}]\n"])
        let outcome = try await Program.run(["experiment", "validate", files.path("e.yaml")])
        #expect(outcome.status == 1 && outcome.text.contains("e.yaml:2:"), "\(outcome.text)")
        #expect(outcome.text.contains("Did you mean 'name'?"))
        let json = try await Program.run(["experiment", "validate", files.path("e.yaml"), "--output", "json"])
        let report = try json.json()
        #expect(json.status == 1 && report["valid"] == false)
    }

    @Test("Users get their arms, or the reason why not")
    func assign() async throws {
        let options = [
            "experiment", "assign", Self.example, "--user", "user-1", "--user", "user-3", "--output", "json",
        ]
        let outcome = try await Program.run(options + ["--attributes", #"{"language": "de"}"#])
        let rows = try #require(try outcome.json()["assignments"]?.arrayValue)
        // The arms that scripts/references/experiment_outcomes.py computed by itself.
        let text = try String(
            contentsOf: Program.root.appending(path: "Examples/experiments/answer-length.csv"), encoding: .utf8)
        for (row, unit) in zip(rows, ["user-1", "user-3"]) {
            let arm = try #require(row["arm"]?.stringValue)
            #expect(text.contains("\n\(unit),\(arm),"), "\(row)")
        }
        let other = try await Program.run(options + ["--attributes", #"{"language": "fr"}"#]).json()
        #expect(other["assignments"]?.arrayValue?.map { $0["reason"] } == ["not-targeted", "not-targeted"])
        #expect(try await Program.run(["experiment", "assign", Self.example]).status == 64)
        #expect(try await Program.run(["experiment", "assign", Self.example, "--user", ""]).status == 1)
    }

    @Test("Outcomes become a table, a picture and a decision")
    func analyse() async throws {
        let options = ["experiment", "analyse", Self.example, "--data", "Examples/experiments/answer-length.csv"]
        let text = try await Program.run(options)
        #expect(
            text.status == 0 && text.text.contains("decision: adopt. seconds of 'short'"), "\(text.text)\(text.errors)")
        #expect(text.text.contains("shares: as planned") && text.text.contains("accepted, 'short' minus the control"))
        let report = try await Program.run(options + ["--output", "json"]).json()
        let comparisons = try #require(report["comparisons"]?.arrayValue)
        #expect(comparisons.map { $0["verdict"] } == ["undecided", "better"])
        let (lower, upper) = (comparisons[1]["lower"]?.numberValue ?? 0, comparisons[1]["upper"]?.numberValue ?? 0)
        #expect(lower < -0.8 && upper > -0.8 && upper < 0)
        #expect(try #require(comparisons[1]["variance_reduction"]?.numberValue) > 0.4)
        #expect(report["decision"]?["action"] == "adopt" && report["looks"]?.arrayValue?.count == 12)
    }

    @Test("Simulations tell how often and how soon, the same for the same seed")
    func simulate() async throws {
        let options = ["experiment", "simulate", Self.example, "--runs", "60", "--output", "json"]
        let first = try await Program.run(options).json()
        #expect(try await Program.run(options).json() == first)
        #expect(try await Program.run(options + ["--seed", "2"]).json() != first)
        #expect(try #require(first["without_effect"]?["found"]?.numberValue) < 0.15)
        #expect(try #require(first["with_effect"]?["found"]?.numberValue) > 0.6)
        let best = try await Program.run(
            ["experiment", "simulate", "Examples/experiments/best-prompt.yaml", "--runs", "10", "--output", "json"])
            .json()
        #expect(best["rows"]?.arrayValue?.count == 4)
    }

    @Test(
        "What cannot be done is an error that says what to do",
        arguments: [
            (
                ["analyse", "Examples/experiments/answer-length.yaml", "--data", "/nowhere"], 1,
                "Cannot read '/nowhere'"
            ),
            (
                ["analyse", "Examples/experiments/answer-length.yaml", "--data", "README.md"], 1,
                "Line 1: there is no column"
            ),
            (
                ["analyse", "Examples/experiments/answer-length.yaml", "--data", "x", "--metric", "acepted"], 1,
                "'accepted'?"
            ),
            (["simulate", "Examples/experiments/canary.yaml"], 1, "no metric to simulate"),
            (["simulate", "Examples/experiments/answer-length.yaml", "--runs", "0"], 64, "--runs"),
        ])
    func errors(arguments: [String], status: Int32, says: String) async throws {
        let outcome = try await Program.run(["experiment"] + arguments)
        #expect(outcome.status == status && outcome.output.isEmpty)
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
}
