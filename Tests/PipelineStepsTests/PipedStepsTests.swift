// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import PipelineSteps
import Pipelines
import Synchronization
import Testing

/// Records in memory; a run that ended in the middle goes on with the same.
private final class Journal: RunJournal {
    let runID = "run"
    private let state = Mutex<[StepKey: StepOutcome]>([:])
    var keys: [String] { self.state.withLock { $0.keys.map(\.rawValue).sorted() } }
    func outcome(of step: StepCall) async throws -> StepOutcome? { self.state.withLock { $0[step.key] } }
    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        self.state.withLock { $0[step.key] = outcome }
    }
}

@Suite("Steps that reach out, in pipes", .timeLimit(.minutes(5)))
struct PipedStepsTests {
    let folder: TestFolder
    let registry: StepRegistry

    init() throws {
        self.folder = try TestFolder()
        var access = StepAccess()
        access.folders = ["out": FolderAccess(self.folder.path, isWritable: true)]
        self.registry = StepRunning(access: access).registry
    }

    private func pipeline(_ action: String, path: String = "log.txt") throws -> Pipeline {
        try Pipeline("p", output: "${w.bytes}", registry: self.registry) {
            Pipe("p") {
                Step("d", uses: "generate", with: ["prompt": "Hello"])
                Step("s", uses: "split", with: ["text": "${d.text}", "into": "lines"])
                Step(
                    "w", uses: "file",
                    with: ["action": .string(action), "path": .string(path), "folder": "out", "value": "${s.pieces}"])
            }
        }
    }

    @Test("A file is written while it comes, and takes its place at the end", arguments: ["write", "append"])
    func file(action: String) async throws {
        try self.folder.write("before\n", to: "log.txt")
        let runner = PipelineRunner(model: ScriptedModel(replies: ["one\ntwo\nthree"]))
        #expect(try await runner.run(self.pipeline(action)).output == 14)
        #expect(self.folder.text("log.txt") == (action == "append" ? "before\n" : "") + "one\ntwo\nthree\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder.path) == ["log.txt"])
    }

    @Test(
        "What a pipe that did not end has written is taken back when it is done again", arguments: ["write", "append"])
    func again(action: String) async throws {
        try self.folder.write("before\n", to: "log.txt")
        let journal = Journal()
        let broken = ScriptedModel(replies: [
            .held("one\ntwo\n", until: { throw LLMError(.backendFailed, "Cut.") }, then: "")
        ])
        let pipeline = try self.pipeline(action)
        await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: broken).run(pipeline, journal: journal)
        }
        let model = ScriptedModel(replies: ["three"])
        #expect(try await PipelineRunner(model: model).run(pipeline, journal: journal).output == 6)
        #expect(self.folder.text("log.txt") == (action == "append" ? "before\n" : "") + "three\n")
        #expect(journal.keys == (action == "append" ? ["p", "w!beginning"] : ["p"]))
    }

    @Test("A text flows into a file as it is, and appending outside of a pipe adds lines")
    func text() async throws {
        let pipeline = try Pipeline("p", output: "${w.bytes}", registry: self.registry) {
            Pipe {
                Step("d", uses: "generate", with: ["prompt": "Hello"])
                Step(
                    "w", uses: "file",
                    with: ["action": "append", "path": "a.txt", "folder": "out", "value": "${d.text}"])
            }
            Step(
                "l", uses: "file",
                with: ["action": "append", "path": "a.txt", "folder": "out", "value": ["x", ["y": 1]]])
        }
        let model = ScriptedModel(replies: ["héllo\nworld, with more than five characters\n"])
        #expect(try await PipelineRunner(model: model).run(pipeline).output == 45)
        #expect(self.folder.text("a.txt") == "héllo\nworld, with more than five characters\nx\n{\"y\":1}\n")
    }

    @Test("What Python prints is seen while it runs, and Python waits for whoever is behind")
    func python() async throws {
        let file = "\(self.folder.path)/go"
        // The code goes on only once its first line has been seen.
        let code = """
            pass; import os, time
            print('one é', flush=False)
            while not os.path.exists(inputs): time.sleep(0.01)
            for n in range(2000): print(f'{n:060}')
            result = 'done'
            """
        let pipeline = try Pipeline(
            "p", output: ["${p.result}", "${f.count}", "${p.printed}"], registry: self.registry
        ) {
            Pipe("pipe") {
                Step("p", uses: "python", with: ["code": .string(code), "inputs": .string(file), "time_limit": 600])
                Step("s", uses: "split", with: ["text": "${p.printed}", "into": "lines"])
                ForEach("${s.pieces}", id: "f", output: "${item}") {
                    Step("i", uses: "input", with: ["text": "${item}"])
                }
            }
        }
        let world = chmod(self.folder.path, 0o755)
        #expect(world == 0)
        let result = try await PipelineRunner(model: ScriptedModel()).run(pipeline) { event in
            guard case .text("pipe", let line) = event, line == "one é\n" else { return }
            _ = FileManager.default.createFile(atPath: file, contents: nil)
        }
        #expect(result.output.arrayValue?[0] == "done" && result.output.arrayValue?[1] == 2_001)
        let end = "1998\n\(String(repeating: "0", count: 56))1999\n"
        #expect(result.output.arrayValue?[2].stringValue?.hasSuffix(end) == true)
    }

    @Test("A failing stage ends a Python that would go on for ever")
    func pythonEnds() async throws {
        let pipeline = try Pipeline("p", output: "${p.result}", registry: self.registry) {
            Pipe("pipe") {
                Step("p", uses: "python", with: ["code": "while True: print('x', flush=True)"])
                Step("s", uses: "split", with: ["text": "${p.printed}", "into": "json"])
                ForEach("${s.pieces}", id: "f") { Step("i", uses: "input", with: ["text": "${item}"]) }
            }
        }
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: ScriptedModel()).run(pipeline)
        }
        #expect("\(try #require(error))".contains("Line 1 that is not empty is no JSON: 'x'"))
    }

    @Test(
        "Characters that are cut between parts are put together again",
        arguments: ["aé漢😀z", "\u{FFFD}", "", "e\u{301}🇩🇪"])
    func characters(text: String) async throws {
        // Prints byte by byte, each in a write of its own.
        let code = "import os\nfor b in inputs.encode(): os.write(1, bytes([b]))"
        let outputs = try await StepRunning().run("python", ["code": .string(code), "inputs": .string(text)])
        #expect(outputs["printed"] == .string(text))
    }
}
