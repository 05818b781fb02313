// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import PipelineSteps
import Pipelines
import Synchronization
import Testing

@Suite("Appending to a file that others append to")
struct FileAppendTests {
    let folder: TestFolder
    let registry: StepRegistry

    init() throws {
        self.folder = try TestFolder()
        var access = StepAccess()
        access.folders = ["out": FolderAccess(self.folder.path, isWritable: true)]
        self.registry = StepRunning(access: access).registry
    }

    private func pipeline(_ value: String) throws -> Pipeline {
        try Pipeline(
            yaml: """
                pipeline: log
                inputs: {run: {type: string}}
                steps:
                  - id: pages
                    for_each: 12
                    concurrency: 4
                    steps:
                      - {id: w, uses: file, with: {action: append, path: log, folder: out, value: \(value)}}
                output: done
                """, registry: self.registry)
    }

    @Test("Runs side by side that are cut off at every record and resumed leave each line once")
    func resumed() async throws {
        try self.folder.write("before\n", to: "log")
        let pipeline = try self.pipeline("[\"${inputs.run} ${item}\"]")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (run, records) in [("a", 1), ("b", 2), ("c", 5), ("d", 100)] {
                group.addTask {
                    let journal = CutJournal(run)
                    var isDone = false
                    while !isDone {
                        journal.allow(records)
                        let output = try? await PipelineRunner(model: ScriptedModel())
                            .run(pipeline, inputs: ["run": .string(run)], journal: journal).output
                        isDone = output == "done"
                    }
                }
            }
            try await group.waitForAll()
        }
        let lines = (self.folder.text("log") ?? "").split(separator: "\n").map(String.init)
        let expected = ["a", "b", "c", "d"].flatMap { run in (0..<12).map { "\(run) \($0)" } }
        #expect(lines.first == "before")
        #expect(lines.dropFirst().sorted() == expected.sorted())
    }

    @Test(
        "Done again, an append looks where its bytes would be",
        arguments: [
            // What is in the file when it is done again; what must be there afterwards.
            ("before\n", "before\none\n"), ("before\none\n", "before\none\n"),
            ("before\none\ntwo\n", "before\none\ntwo\n"), ("before\non", "before\none\n"),
            ("before\nontwo\n", "before\nontwo\none\n"), ("before\ntwo\n", "before\ntwo\none\n"),
            ("bef", "befone\n"), ("", "one\n"),
        ])
    func again(found: String, expected: String) async throws {
        let yaml = """
            pipeline: log
            steps: [{id: w, uses: file, with: {action: append, path: log, folder: out, value: [one]}}]
            output: "${w.bytes}"
            """
        let pipeline = try Pipeline(yaml: yaml, registry: self.registry)
        try self.folder.write("before\n", to: "log")
        let journal = CutJournal("run")
        journal.allow(1)
        await #expect(throws: LLMError.self) {
            try await PipelineRunner(model: ScriptedModel()).run(pipeline, journal: journal)
        }
        #expect(self.folder.text("log") == "before\none\n")
        try self.folder.write(found, to: "log")
        journal.allow(9)
        #expect(try await PipelineRunner(model: ScriptedModel()).run(pipeline, journal: journal).output == 4)
        #expect(self.folder.text("log") == expected)
    }

    @Test("Texts, elements and values are appended side by side, none of them torn")
    func shapes() async throws {
        let yaml = """
            pipeline: log
            steps:
              - id: all
                parallel:
                  - {id: a, uses: file, with: {action: append, path: log, folder: out, value: [a, "${{ 1 }}"]}}
                  - {id: b, uses: file, with: {action: append, path: log, folder: out, value: {b: 1}}}
                  - {id: c, uses: file, with: {action: append, path: log, folder: out, value: "c\\n"}}
            output: ["${a.bytes}", "${b.bytes}", "${c.bytes}"]
            """
        let pipeline = try Pipeline(yaml: yaml, registry: self.registry)
        let result = try await PipelineRunner(model: ScriptedModel()).run(pipeline)
        #expect(result.output == [4, 8, 2])
        let lines = (self.folder.text("log") ?? "").split(separator: "\n").map(String.init)
        #expect(lines.sorted() == ["1", "a", "c", "{\"b\":1}"])
    }
}

/// A journal in memory that refuses what comes after so many records: the run ends there, as if it had been killed.
private final class CutJournal: RunJournal {
    private struct State {
        var outcomes: [StepKey: StepOutcome] = [:]
        var rest = 0
    }

    let runID: String
    private let state = Mutex(State())

    init(_ runID: String) { self.runID = runID }

    func allow(_ records: Int) { self.state.withLock { $0.rest = records } }

    func outcome(of step: StepCall) async throws -> StepOutcome? { self.state.withLock { $0.outcomes[step.key] } }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        try self.state.withLock { state in
            guard state.rest > 0 else { throw LLMError(.backendFailed, "Cut.") }
            state.rest -= 1
            state.outcomes[step.key] = outcome
        }
    }
}
