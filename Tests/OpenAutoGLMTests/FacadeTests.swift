// SPDX-License-Identifier: Apache-2.0

import OpenAutoGLM
import OpenAutoGLMTesting
import Testing

@Suite("The facade works over any model")
struct FacadeTests {
    @Test("A prompt becomes a user turn, with the options given")
    func generate() async throws {
        let model = ScriptedModel(replies: ["Paris"])
        let answer = try await AutoGLM(adapter: model).generate(
            "Capital of France?", sampling: .greedy, maxTokens: 5, stop: ["."])
        #expect(answer == "Paris")
        let request = try #require(model.requests.first)
        #expect(request.prompt == .messages([.user("Capital of France?")]))
        #expect(request.sampling == .greedy && request.maxTokens == 5 && request.stop == ["."])
    }

    @Test("A conversation is answered by the assistant's turn")
    func chat() async throws {
        let model = ScriptedModel(replies: ["Bob"])
        let turns: [Message] = [.user("I am Bob."), .assistant("Hello."), .user("Who am I?")]
        #expect(try await AutoGLM(adapter: model).chat(turns) == .assistant("Bob"))
        #expect(model.requests.first?.prompt == .messages(turns))
    }

    @Test("A stream that is cut off is an error, after the text that came")
    func cutOff() async throws {
        let agent = AutoGLM(adapter: ScriptedModel(replies: [.cutOff(after: "half an answer")]))
        var text = ""
        let error = await #expect(throws: LLMError.self) {
            for try await piece in try await agent.stream("Hi") { text += piece }
        }
        #expect(error?.code == .truncatedStream)
        #expect(text == "half an answer")
    }

    @Test("The model's own error reaches the caller")
    func failure() async throws {
        let agent = AutoGLM(adapter: ScriptedModel(replies: [.failure(LLMError(.overloaded, "full"))]))
        let error = await #expect(throws: LLMError.self) { _ = try await agent.generate("Hi") }
        #expect(error?.code == .overloaded)
    }

    @Test("A pipeline's main input takes the single value")
    func pipeline() async throws {
        let pipeline = try Pipeline(
            name: "capital",
            inputs: [PipelineInput("style", .string, defaultValue: "short"), PipelineInput("country", .string)],
            steps: [
                StepDeclaration("ask", uses: "generate", with: ["prompt": "Capital of ${inputs.country}?"])
            ],
            output: "${ask.text}")
        #expect(pipeline.mainInput?.name == "country")
        let model = ScriptedModel(replies: ["Rome"])
        let result = try await AutoGLM(adapter: model).run(pipeline: pipeline, input: "Italy")
        #expect(result.output == "Rome")
        #expect(model.requests.first?.prompt == .messages([.user("Capital of Italy?")]))
        #expect(result.steps.map(\.id) == ["ask"])
    }

    @Test("A pipeline file that is not there is an error that names it")
    func missingPipeline() async throws {
        let agent = AutoGLM(adapter: ScriptedModel())
        let error = await #expect(throws: PipelineError.self) {
            _ = try await agent.run(pipelineAt: "nowhere/at-all.yaml", input: "x")
        }
        #expect(error?.code == .unreadableFile)
        #expect(error?.message.contains("nowhere/at-all.yaml") == true)
    }

    @Test(
        "One call identifies the task, asks and reads the answer",
        arguments: [
            ("Translate to French: good morning", "Bonjour", "translation", "\"Bonjour\""),
            (
                "Extract the names from this text: Ann met Bob.", "Sure: {'names': ['Ann', 'Bob']}", "extraction",
                #"{"names":["Ann","Bob"]}"#
            ),
        ])
    func perform(text: String, answer: String, task: String, json: String) async throws {
        let model = ScriptedModel(replies: [.text(answer)])
        let outcome = try await AutoGLM(adapter: model).perform(text)
        #expect(outcome.decision.task.rawValue == task)
        #expect(outcome.prompt.contains(text))
        #expect(outcome.answer == answer)
        #expect(outcome.result.serialized() == json)
    }

    @Test("Where a request names its labels, the likeliest one is the result")
    func performChoosesLabel() async throws {
        let model = ScriptedModel(scores: { request in request.choices.map { $0.contains("neg") ? -1 : -4 } })
        let outcome = try await AutoGLM(adapter: model).perform(
            "Classify this review as positive or negative: The food was cold.")
        #expect(outcome.decision.task == .classification)
        #expect(outcome.result == "negative" && outcome.answer == "negative")
        #expect(model.requests.isEmpty)
    }

    @Test("An answer that cannot be read is asked for again, and then given up")
    func performGivesUp() async throws {
        let model = ScriptedModel(replies: ["no idea", "none"])
        let error = await #expect(throws: ParseError.self) {
            _ = try await AutoGLM(adapter: model).perform("Extract the names from this text: Ann met Bob.")
        }
        #expect(error?.code == .notFound)
        #expect(model.requests.count == 2)
    }

    @Test("Each stage can be replaced")
    func replacement() async throws {
        let model = ScriptedModel(replies: ["yes"])
        var agent = AutoGLM(adapter: model)
        agent.router = TaskRouter(rules: [TaskRule("always", .classification, weight: 9, .instruction, ["purr"])])
        let outcome = try await agent.perform("Does it purr?") { decision in
            TaskProfile(
                task: decision.task, template: "Is this a cat? {text}",
                parser: ParserSpecification(.choice, choices: ["yes", "no"]), sampling: .greedy, maxTokens: 3)
        }
        #expect(outcome.decision.task == .classification)
        #expect(model.requests.first?.prompt == .messages([.user("Is this a cat? Does it purr?")]))
        #expect(outcome.result == "yes")
    }
}
