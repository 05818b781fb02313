// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PromptTemplates
import Synchronization
import TaskRouting
import Testing

/// Keeps what it is told, from any thread.
final class EventLog: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { self.lines.withLock { $0 } }
    func add(_ line: String) { self.lines.withLock { $0.append(line) } }

    func observe(_ event: PipelineEvent) {
        switch event {
        case .started(let step, let uses, _): self.add("start \(step) \(uses)")
        case .text(let step, let delta): self.add("text \(step) \(delta)")
        case .emitted(let emitted): self.add("event \(emitted.step.rawValue) \(emitted.event.subject)")
        case .finished(let record): self.add("end \(record.id) \(record.duration)")
        case .failed(let step, _, _): self.add("fail \(step)")
        case .skipped(let step): self.add("skip \(step)")
        case .progress(let step, let done, let count): self.add("turn \(step) \(done)/\(count ?? 0)")
        case .retrying(let step, let attempt, _, let wait): self.add("retry \(step) \(attempt) \(wait)")
        case .waiting(let pending): self.add("wait \(pending.key.rawValue) \(pending.question)")
        }
    }
}

@Suite("Running pipelines")
struct PipelineRunTests {
    static let main = """
        pipeline: main-job
        inputs:
          text: {type: string}
        steps:
          - id: input
            uses: input
            with: {text: "${inputs.text}"}
          - id: route
            uses: route
            with: {text: "${input.text}"}
          - id: prompt
            uses: prompt
            with: {profile: "${route.task}", text: "${input.text}"}
          - id: answer
            uses: generate
            with: {prompt: "${prompt.text}", raw: "${prompt.raw}", profile: "${route.task}"}
          - id: result
            uses: parse
            with: {text: "${answer.text}", profile: "${route.task}", attempts: 2}
        output:
          task: "${route.task}"
          decided_by: "${route.source}"
          result: "${result.value}"
          note: "costs $${5} in ${result.attempts} attempt(s)"
        """

    @Test("The main job goes from user text to structured output")
    func mainJob() async throws {
        let model = ScriptedModel(replies: ["Sure! {'name': 'Ann',}"])
        let log = EventLog()
        let result = try await PipelineRunner(model: model, clock: ManualClock(step: .seconds(1))).run(
            try Pipeline(yaml: Self.main), inputs: ["text": "  Extract the name from: I am Ann. "],
            onEvent: { log.observe($0) })
        #expect(
            result.output == [
                "task": "extraction", "decided_by": "rule", "result": ["name": "Ann"],
                "note": "costs ${5} in 1 attempt(s)",
            ])
        #expect(result.steps.map(\.id) == ["input", "route", "prompt", "answer", "result"])
        #expect(result.steps.allSatisfy { $0.duration == .seconds(1) })
        #expect(result.steps[3].usage?.completionTokens == 5)
        #expect(result.steps[2].usage == nil)
        #expect(log.all.filter { $0.hasPrefix("start") }.count == 5)
        #expect(
            log.all.filter { $0.hasPrefix("text answer") }.map { $0.dropFirst(12) }.joined() == "Sure! {'name': 'Ann',}"
        )
        let request = try #require(model.requests.first)
        #expect(request.sampling.temperature == 0)
        let profile = TaskProfile.standard(.extraction)
        let prompt = try PromptTemplate(profile.template).format(["text": "Extract the name from: I am Ann."])
        #expect(prompt.hasSuffix("Request: Extract the name from: I am Ann.\nJSON:"))
        #expect(request.prompt == .raw(prompt))
        #expect(request.stop == profile.stop && !profile.stop.isEmpty)
    }

    @Test("A classification that names its labels is decided by their probabilities")
    func labelledClassification() async throws {
        let model = ScriptedModel(scores: { request in request.choices.map { $0 == " spam" ? -1 : -3 } })
        let yaml = Self.main.replacing(
            "profile: \"${route.task}\", text", with: "profile: \"${route.task}\", labels: \"${route.labels}\", text"
        )
        .replacing("raw: \"${prompt.raw}\"", with: "raw: \"${prompt.raw}\", choices: \"${route.labels}\"")
        let text = "Classify this message as spam or ham: You won!"
        let result = try await PipelineRunner(model: model).run(
            try Pipeline(yaml: yaml), inputs: ["text": .string(text)])
        #expect(result.output["task"] == "classification" && result.output["result"] == "spam")
        #expect(model.scoringRequests.last?.choices == [" spam", " ham"])
        #expect(model.requests.isEmpty)
    }

    @Test("A failed parse asks the model again with the reason, and the attempts are bounded")
    func reask() async throws {
        let yaml = """
            pipeline: p
            steps:
              - {id: a, uses: generate, with: {prompt: "Which animal?"}}
              - {id: b, uses: parse, with: {text: "${a.text}", as: choice, choices: [cat, dog], attempts: 2}}
            output: "${b}"
            """.replacing(
                "\"${b}\"", with: "{value: \"${b.value}\", attempts: \"${b.attempts}\", failures: \"${b.failures.0}\"}")
        let pipeline = try Pipeline(yaml: yaml)
        let model = ScriptedModel(replies: ["horse", "dog"])
        let result = try await PipelineRunner(model: model).run(pipeline)
        #expect(result.output["value"] == "dog")
        #expect(result.output["attempts"] == 2)
        #expect(result.output["failures"]?.stringValue?.contains("none of the choices") == true)
        guard case .messages(let messages) = try #require(model.requests.last).prompt else {
            Issue.record("It is of another kind.")
            return
        }
        #expect(messages.map(\.role) == [.user, .assistant, .user])
        #expect(messages[1].text == "horse")
        #expect(messages[2].text.contains("Answer with exactly one of: cat, dog."))

        let stubborn = ScriptedModel(replies: ["horse", "cow", "dog"])
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: stubborn).run(pipeline)
        }
        #expect(error?.message.contains("'b' (uses parse)") == true)
        #expect(error?.message.contains("pipeline.yaml:4:5") == true)
        #expect("\(try #require(error))".contains("'cow' is none of the choices"))
        #expect(stubborn.requests.count == 2)
    }

    @Test("Choices are taken by probability where the model can score")
    func choices() async throws {
        let pipeline = try Pipeline(
            name: "p", inputs: [PipelineInput("text")],
            steps: [
                StepDeclaration(
                    "label", uses: "generate",
                    with: ["prompt": "${inputs.text} Mood:", "choices": ["good", "bad"], "raw": true])
            ], output: ["label": "${label.text}", "p": "${label.confidence}", "all": "${label.probabilities}"])
        let model = ScriptedModel(scores: { _ in [-1, -3] })
        let result = try await PipelineRunner(model: model).run(pipeline, inputs: ["text": "Sun!"])
        #expect(result.output["label"] == "good")
        let probability = try #require(result.output["p"]?.numberValue)
        #expect(abs(probability - 0.8807970779778823) < 1e-12)
        #expect(model.scoringRequests.first?.choices == [" good", " bad"])

        let writer = ScriptedModel(replies: ["I would say: Bad."])
        let written = try await PipelineRunner(model: writer).run(pipeline, inputs: ["text": "Rain!"])
        #expect(written.output["label"] == "bad")
        #expect(written.output["p"] == .null)
    }

    @Test("Jinja templates, an output step and its schema work")
    func jinja() async throws {
        let yaml = """
            pipeline: p
            inputs:
              items: {type: array, default: [a, b]}
            steps:
              - id: prompt
                uses: prompt
                with:
                  engine: jinja
                  template: "{% for i in items %}<{{ i }}>{% endfor %}"
                  variables: {items: "${inputs.items}"}
              - id: out
                uses: output
                with: {value: "${prompt.text}", schema: {type: string, maxLength: 7}}
            """
        let runner = PipelineRunner(model: ScriptedModel())
        #expect(try await runner.run(Pipeline(yaml: yaml)).output == "<a><b>")
        let error = await #expect(throws: PipelineError.self) {
            try await runner.run(Pipeline(yaml: yaml), inputs: ["items": ["a", "b", "c"]])
        }
        #expect("\(try #require(error))".contains("must have at most 7 characters, but has 9"))
    }

    @Test("A failing step names itself and its place, and nothing after it runs")
    func failure() async throws {
        let model = ScriptedModel(replies: [.failure(LLMError(.overloaded, "Full."))])
        let log = EventLog()
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: model).run(
                Pipeline(yaml: Self.main, file: "main.yaml"), inputs: ["text": "Write a poem."],
                onEvent: { log.observe($0) })
        }
        #expect(error?.code == .stepFailed)
        #expect(error?.message == "The step 'answer' (uses generate) failed (main.yaml:14:5).")
        #expect((error?.cause as? LLMError)?.code == .overloaded)
        #expect(log.all.last == "fail answer")
    }

    @Test(
        "Inputs of a run are checked",
        arguments: [
            ([:], "needs the input 'text' (string)"), (["txt": "a"], "Did you mean 'text'?"),
            (["text": 3], "must be of type string, but is integer"), (["text": "  "], "failed"),
        ] as [([String: JSONValue], String)])
    func inputs(inputs: [String: JSONValue], part: String) async throws {
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: ScriptedModel()).run(Pipeline(yaml: Self.main), inputs: inputs)
        }
        #expect(error?.message.contains(part) == true)
    }

    @Test("Cancelling stops before the next step")
    func cancellation() async throws {
        let pipeline = try Pipeline(yaml: Self.main)
        let log = EventLog()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await PipelineRunner(model: ScriptedModel(replies: ["x"])).run(
                pipeline, inputs: ["text": "Write a poem."], onEvent: { log.observe($0) })
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(log.all == [])
    }

    @Test(
        "A template file is found beside the pipeline and nowhere else", arguments: ["../x", "/etc/passwd", "none.txt"])
    func templateFile(name: String) async throws {
        let pipeline = try Pipeline(
            name: "p", steps: [StepDeclaration("a", uses: "prompt", with: ["template_file": .string(name)])],
            output: "${a.text}")
        let error = await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: ScriptedModel(), baseFolder: "/nonexistent").run(pipeline)
        }
        #expect((error?.cause as? PipelineError)?.code == .unreadableFile)
    }
}
