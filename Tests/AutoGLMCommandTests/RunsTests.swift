// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Stored runs on the command line")
struct RunsTests {
    private static let plain = """
        pipeline: greet
        inputs:
          name: {type: string}
        steps:
          - {id: take, uses: input, with: {text: "${inputs.name}"}}
          - {id: words, uses: prompt, with: {template: "Hello {text}", text: "${take.text}"}}
        output: "${words.text}"
        """

    private static let asking = """
        pipeline: ask-first
        steps:
          - id: go
            wait_for: May one go?
            choices: ["yes", "no"]
        output: "${go.answer}"
        """

    /// Files with pipelines, and the program with a store among them.
    private struct Bench {
        let files: TemporaryFiles

        init() throws {
            self.files = try TemporaryFiles(["greet.yaml": RunsTests.plain, "ask.yaml": RunsTests.asking])
        }

        func run(_ arguments: [String]) async throws -> Program.Outcome {
            try await Program.run(arguments, environment: ["AUTOGLM_STORE": self.files.path("runs.sqlite")])
        }

        /// The name that a run has told on stderr.
        func name(_ outcome: Program.Outcome) throws -> String {
            let line = try #require(outcome.errors.split(separator: "\n").first { $0.hasPrefix("run ") })
            return String(line.dropFirst(4))
        }
    }

    @Test("Runs are traced step by step, a queued one in the trace of who put it in line")
    func traces() async throws {
        let bench = try Bench()
        let environment = [
            "AUTOGLM_STORE": bench.files.path("runs.sqlite"), "AUTOGLM_TRACES": bench.files.path("traces.sqlite"),
        ]
        let greet = ["run", bench.files.path("greet.yaml"), "--input", "Ada", "--telemetry"]
        let done = try await Program.run(greet + ["--output", "json"], environment: environment)
        #expect(done.status == 0, "\(done.errors)")
        let id = try #require(try done.json()["run"]?.stringValue)
        // A log line that belongs to the run's trace.
        let line = try #require(done.errors.split(separator: "\n").first { $0.contains("\"message\":\"Run\"") })
        let log = try JSONValue(parsing: String(line))
        #expect(log["run"]?.stringValue == id)
        let queued = try await Program.run(greet + ["--enqueue"], environment: environment)
        #expect(queued.status == 0, "\(queued.errors)")
        let worked = try await Program.run(["worker", "--until-empty", "--telemetry"], environment: environment)
        #expect(worked.status == 0, "\(worked.errors)")
        let listed = try await Program.run(["traces", "list", "--output", "json"], environment: environment).json()
        let traces = try #require(listed["traces"]?.arrayValue)
        // What the worker did is listed by itself, and is a part of the same trace.
        let names = traces.map { $0["name"]?.stringValue }
        try #require(names == ["invoke_workflow greet", "enqueue greet", "invoke_workflow greet"])
        #expect(traces[0]["trace_id"] == traces[1]["trace_id"])
        #expect(log["trace_id"] == traces[2]["trace_id"])
        let parts: [(JSONValue, [String])] = [(traces[1], ["enqueue greet"]), (traces[2], [])]
        for (trace, beginning) in parts {
            let name = try #require(trace["trace_id"]?.stringValue)
            let shown = try await Program.run(["traces", "show", name, "--output", "json"], environment: environment)
            let spans = try #require(try shown.json()["spans"]?.arrayValue)
            let expected = beginning + ["invoke_workflow greet", "step take", "step words"]
            #expect(Set(spans.compactMap { $0["name"]?.stringValue }) == Set(expected))
        }
    }

    @Test("A run is listed, shown, replayed and pruned")
    func life() async throws {
        let bench = try Bench()
        let done = try await bench.run(["run", bench.files.path("greet.yaml"), "--input", "Ada", "--output", "json"])
        #expect(done.status == 0, "\(done.errors)")
        let id = try bench.name(done)
        #expect(try done.json()["run"]?.stringValue == id)
        let listed = try await bench.run(["runs", "list", "--output", "json"]).json()["runs"]?.arrayValue?.first
        #expect(listed?["id"]?.stringValue == id)
        #expect(listed?["state"] == "succeeded")
        let shown = try await bench.run(["runs", "show", String(id.prefix(12)), "--output", "json"]).json()
        #expect(shown["flow"]?.arrayValue?.map { $0["key"] } == ["take", "words"])
        #expect(shown["output"] == (try done.json()["output"]))
        #expect(try await bench.run(["runs", "show", id]).text.contains("words (prompt)"))
        let replayed = try await bench.run(["runs", "replay", id, "--output", "json"])
        #expect(replayed.status == 0)
        #expect(try replayed.json()["same"] == true)
        let again = try await bench.run(["run", "--resume", id])
        #expect(again.status == 1 && again.errors.contains("pipeline.run-has-ended"))
        let pruned = try await bench.run(["runs", "prune", "--keep", "0", "--output", "json"])
        #expect(try pruned.json()["removed_runs"] == 1)
        #expect(try await bench.run(["runs", "list"]).output.isEmpty)
    }

    @Test("A run waits for an answer, and goes on with it")
    func waiting() async throws {
        let bench = try Bench()
        let asked = try await bench.run(["run", bench.files.path("ask.yaml")])
        #expect(asked.status == 1 && asked.errors.contains("May one go?"))
        let id = try bench.name(asked)
        #expect(try await bench.run(["runs", "answer", id, "go", "perhaps"]).status == 1)
        #expect(try await bench.run(["runs", "answer", id, "go", "yes"]).status == 0)
        let resumed = try await bench.run(["run", "--resume", id, "--output", "json"])
        #expect(try resumed.json()["output"] == "yes")
    }

    @Test("A run stops at a breakpoint of the command line, also when it is resumed, and goes on from there")
    func breakpoint() async throws {
        let bench = try Bench()
        let file = bench.files.path("greet.yaml")
        let wrong = try await bench.run(["run", file, "--input", "Ada", "--breakpoint", "wrods"])
        #expect(wrong.status == 1 && wrong.errors.contains("Did you mean 'words'?"), "\(wrong.errors)")
        let command = ["run", file, "--input", "Ada", "--breakpoint", "take", "--breakpoint", "words"]
        let first = try await bench.run(command)
        #expect(first.status == 1 && first.errors.contains("Go on with 'take'?"), "\(first.errors)")
        let id = try bench.name(first)
        #expect(try await bench.run(["runs", "answer", id, "take!", "yes"]).status == 0)
        let second = try await bench.run(["run", "--resume", id, "--breakpoint", "take", "--breakpoint", "words"])
        #expect(second.status == 1 && second.errors.contains("Go on with 'words'?"), "\(second.errors)")
        let state = try await bench.run(["runs", "show", id, "--output", "json"]).json()
        #expect(state["state"] == "waiting")
        #expect(state["flow"]?.arrayValue?.map { $0["key"] } == ["take!", "take"])
        let done = try await bench.run(["run", "--resume", id, "--output", "json"])
        #expect(try done.json()["output"] == "Hello Ada", "\(done.errors)")
    }

    @Test("A dry run takes answers from a file or a stored run, and says which it lacks")
    func dryRun() async throws {
        let bench = try Bench()
        let chat = bench.files.path("chat.yaml")
        let yaml = """
            pipeline: chat
            steps: [{id: ask, uses: generate, with: {prompt: Well?}}, {id: w, uses: input, with: {text: "${ask.text}"}}]
            output: "${w.text}"
            """
        try bench.files.write(Data(yaml.utf8), "chat.yaml")
        let lacking = try await bench.run(["run", chat, "--dry-run", "--output", "json"])
        #expect(lacking.status == 1 && lacking.output.isEmpty)
        #expect(lacking.errors.contains("  ask: {text: \"…\"}") && lacking.errors.contains("pipeline.unanswered"))
        try bench.files.write(Data("ask: {text: ' Well. '}".utf8), "answers.yaml")
        let command = ["run", chat, "--dry-run", "--answers", bench.files.path("answers.yaml")]
        let dry = try await bench.run(command)
        #expect(dry.text.contains("ask takes a recorded answer"), "\(dry.errors)")
        #expect(try await bench.run(command + ["--output", "json"]).json()["output"] == "Well.")
        let asked = try bench.name(try await bench.run(["run", bench.files.path("ask.yaml")]))
        _ = try await bench.run(["runs", "answer", asked, "go", "no"])
        _ = try await bench.run(["run", "--resume", asked])
        let again = try await bench.run(
            ["run", bench.files.path("ask.yaml"), "--dry-run", "--answers-from", asked, "--output", "json"])
        #expect(try again.json()["output"] == "no", "\(again.errors)")
        #expect(try await bench.run(["runs", "list", "--output", "json"]).json()["runs"]?.arrayValue?.count == 1)
    }

    @Test("Events are shown in the flow, in the JSON, and of a stored run")
    func events() async throws {
        let bench = try Bench()
        let yaml = """
            pipeline: tell
            steps: [{id: told, uses: emit, with: {subject: page.read, payload: {number: 7}}}]
            output: 1
            """
        try bench.files.write(Data(yaml.utf8), "tell.yaml")
        let shown = try await bench.run(["run", bench.files.path("tell.yaml")])
        #expect(shown.text.contains("event  page.read {\"number\":7}"), "\(shown.text)")
        let run = try bench.name(shown)
        #expect(try await bench.run(["runs", "show", run]).text.contains("event page.read from told: {\"number\":7}"))
        let outcomes = [
            try await bench.run(["runs", "show", run, "--output", "json"]),
            try await bench.run(["run", bench.files.path("tell.yaml"), "--output", "json"]),
            try await bench.run(["run", bench.files.path("tell.yaml"), "--no-store", "--output", "json"]),
        ]
        for outcome in outcomes {
            let event = try outcome.json()["events"]?.arrayValue?.first
            #expect(event?["subject"] == "page.read" && event?["step"] == "told" && event?["payload"] == ["number": 7])
        }
    }

    @Test("A pipeline with a schedule is put on it, listed with its next time, and taken off")
    func schedules() async throws {
        let bench = try Bench()
        let yaml = Self.plain + "\nschedule: {cron: \"0 7 1 1 *\", timezone: Asia/Shanghai}"
        try bench.files.write(Data(yaml.utf8), "new-year.yaml")
        let file = bench.files.path("new-year.yaml")
        #expect(try await bench.run(["runs", "schedule", file]).errors.contains("needs the input 'name'"))
        let put = try await bench.run(["runs", "schedule", file, "--set", "name=Ada", "--name", "new-year"])
        #expect(put.status == 0, "\(put.errors)")
        let listed = try await bench.run(["runs", "schedules", "--output", "json"]).json()["schedules"]?.arrayValue
        #expect(listed?.count == 1 && listed?.first?["name"] == "new-year" && listed?.first?["pipeline"] == "greet")
        #expect(listed?.first?["next_at"]?.stringValue?.hasSuffix("-12-31T23:00:00Z") == true)
        #expect(try await bench.run(["runs", "schedules"]).text.contains("'0 7 1 1 *' in Asia/Shanghai"))
        #expect(try await bench.run(["runs", "unschedule", "newyear"]).errors.contains("Did you mean 'new-year'?"))
        #expect(try await bench.run(["runs", "unschedule", "new-year"]).status == 0)
        #expect(try await bench.run(["runs", "schedules"]).output.isEmpty)
        #expect(
            try await bench.run(["runs", "schedule", bench.files.path("greet.yaml")]).errors.contains("no schedule"))
    }

    @Test("A worker begins what is due, once")
    func due() async throws {
        let bench = try Bench()
        let yaml = Self.plain + "\nschedule: {every: 1s, inputs: {name: Ada}}"
        try bench.files.write(Data(yaml.utf8), "often.yaml")
        #expect(try await bench.run(["runs", "schedule", bench.files.path("often.yaml")]).status == 0)
        var runs = [JSONValue]()
        // Workers begin only what is due: here within a second.
        while runs.isEmpty {
            #expect(try await bench.run(["worker", "--until-empty"]).status == 0)
            runs = try await bench.run(["runs", "list", "--output", "json"]).json()["runs"]?.arrayValue ?? []
        }
        #expect(try await bench.run(["runs", "unschedule", "greet"]).status == 0)
        #expect(runs.first?["state"] == "succeeded")
    }

    @Test("A changed file is refused; without it the run goes on with the text as it was")
    func changed() async throws {
        let bench = try Bench()
        let id = try bench.name(try await bench.run(["run", bench.files.path("ask.yaml")]))
        try bench.files.write(Data((Self.asking + "\ndescription: changed\n").utf8), "ask.yaml")
        let refused = try await bench.run(["run", bench.files.path("ask.yaml"), "--resume", id])
        #expect(refused.status == 1 && refused.errors.contains("pipeline.run-differs"))
        try FileManager.default.removeItem(atPath: bench.files.path("ask.yaml"))
        _ = try await bench.run(["runs", "answer", id, "go", "no"])
        #expect(try await bench.run(["run", "--resume", id, "--output", "json"]).json()["output"] == "no")
    }

    @Test("What is put in line is run by a worker, and what is cancelled is not")
    func worker() async throws {
        let bench = try Bench()
        let command = ["run", bench.files.path("greet.yaml"), "--enqueue", "--input"]
        let names = [try await bench.run(command + ["Ada"]).text, try await bench.run(command + ["Bob"]).text]
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(try await bench.run(["runs", "cancel", names[1]]).status == 0)
        let worker = try await bench.run(["worker", "--until-empty"])
        #expect(worker.status == 0, "\(worker.errors)")
        var states = [JSONValue?]()
        for name in names {
            states.append(try await bench.run(["runs", "show", name, "--output", "json"]).json()["state"])
        }
        #expect(states == ["succeeded", "cancelled"])
    }

    @Test("What failed is put in line again, and what is done by hand leaves the line")
    func retry() async throws {
        let bench = try Bench()
        let yaml = """
            pipeline: shaky
            steps: [{id: read, uses: file, with: {action: read, path: input.txt}}]
            output: "${read.text}"
            """
        try bench.files.write(Data(yaml.utf8), "shaky.yaml")
        var names: [String] = []
        for _ in 0..<3 {
            let line = try await bench.run(["run", bench.files.path("shaky.yaml"), "--enqueue", "--tenant", "t"])
            names.append(line.text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let queue = ["runs", "queue", "--output", "json"]
        let waiting = try await bench.run(queue).json()["queue"]?.arrayValue
        #expect(waiting?.compactMap { $0["run"]?.stringValue } == names)
        #expect(waiting?.first?["state"] == "in line" && waiting?.first?["tenant"] == "t")
        // The outage: the file is not there, and every run fails.
        #expect(try await bench.run(["worker", "--until-empty"]).status == 0)
        #expect(try await bench.run(queue).json()["queue"] == [])
        try bench.files.write(Data("here again".utf8), "input.txt")
        #expect(try await bench.run(["runs", "retry", String(names[0].prefix(15))]).text == "1 run is in line\n")
        let retried = try await bench.run(["runs", "retry", "--failed", "--pipeline", "shaky", "--output", "json"])
        #expect(try retried.json()["runs"]?.arrayValue?.count == 3, "\(retried.errors)")
        #expect(try await bench.run(["run", "--resume", names[1]]).status == 0)
        let rest = try await bench.run(queue).json()["queue"]?.arrayValue
        #expect(rest?.compactMap { $0["run"]?.stringValue } == [names[0], names[2]])
        // A worker that prunes leaves the newest run that ended.
        let worker = try await bench.run(["worker", "--until-empty", "--keep", "1", "--prune-older-than", "30d"])
        #expect(worker.status == 0 && worker.errors.contains("removed"), "\(worker.errors)")
        let left = try await bench.run(["runs", "list", "--output", "json"]).json()["runs"]?.arrayValue
        #expect(left?.map { $0["state"] } == ["succeeded"])
        let ended = try await bench.run(["runs", "retry", left?.first?["id"]?.stringValue ?? ""])
        #expect(ended.status == 1 && ended.errors.contains("has ended (succeeded)"))
    }

    @Test(
        "What cannot be is said",
        arguments: [
            (["run"], 64, "--resume"), (["run", "--no-store", "--resume", "x"], 64, "--no-store"),
            (["run", "--no-store", "--breakpoint", "a", "x.yaml"], 64, "breakpoint: true"),
            (["run", "--enqueue", "--breakpoint", "a", "x.yaml"], 64, "breakpoint: true"),
            (["run", "x.yaml", "--answers", "a.yaml"], 64, "--dry-run"),
            (["run", "x.yaml", "--dry-run", "--enqueue"], 64, "--enqueue"),
            (["run", "--resume", "nothing"], 1, "pipeline.unknown-run"), (["runs", "show", "nothing"], 1, "runs list"),
            (["runs", "prune"], 64, "--older-than"),
            (["runs", "prune", "--older-than", "3 weeks"], 64, "--older-than"),
            (["runs", "list", "--store", "/nowhere/runs.sqlite"], 1, "storage.cannot-open"),
            (["worker", "--concurrency", "0"], 64, "--concurrency"), (["worker", "--keep", "-1"], 64, "--keep"),
            (["worker", "--prune-older-than", "30"], 64, "--prune-older-than"),
            (["runs", "retry"], 64, "--set-aside"), (["runs", "retry", "x", "--pipeline", "p"], 64, "--failed"),
            (["runs", "queue", "--limit", "0"], 64, "--limit"),
        ])
    func refusals(arguments: [String], status: Int32, words: String) async throws {
        let outcome = try await Bench().run(arguments)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
