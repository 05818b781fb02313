// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import TaskRouting
import Testing

@Suite("Identifying tasks")
struct TaskRouterTests {
    @Test(
        "Clear requests are decided by rules, in English and Chinese, and say by which",
        arguments: [
            ("Please summarize this article: The cat sat.", TaskType.summarisation),
            ("Translate 'hello' into French", .translation),
            ("Could you extract all dates from this text? On 3 May we met.", .extraction),
            ("Classify the sentiment of this review: great phone!", .classification),
            ("Who wrote Hamlet?", .questionAnswering), ("Write a poem about spring.", .generation),
            ("请把下面的句子翻译成英文：你好", .translation), ("请总结这篇文章", .summarisation), ("从下面的文字中提取人名：张三去了北京", .extraction),
            ("判断这条评论的情感是正面还是负面：很好", .classification), ("中国的首都是哪里？", .questionAnswering), ("写一首关于春天的诗", .generation),
        ])
    func rules(text: String, task: TaskType) async throws {
        let decision = try await TaskRouter().route(text)
        #expect(decision.task == task)
        #expect(decision.source == .rule)
        #expect(decision.explanation.contains("rule '"))
        #expect(try #require(decision.confidence) > 0.4)
        #expect(abs(decision.alternatives.map(\.probability).reduce(0, +) - 1) < 1e-9)
    }

    @Test("Where rules are silent the model's calibrated probabilities decide")
    func calibration() async throws {
        // The model likes "writing" whatever it is asked; for this text it likes "translation" a little more than usual.
        let model = ScriptedModel(scores: { request in
            guard case .raw(let prompt) = request.prompt else { return [] }
            return prompt.contains("Bonjour") ? [-1, -4, -4, -4, -2, -4] : [-1, -4, -4, -4, -4, -4]
        })
        let router = TaskRouter()
        let decision = try await router.route("Bonjour, English version", model: model)
        #expect(decision.task == .translation)
        #expect(decision.source == .model)
        #expect(decision.alternatives.first?.task == .translation)
        #expect(abs(decision.alternatives.map(\.probability).reduce(0, +) - 1) < 1e-9)
        let asked = model.scoringRequests.count
        _ = try await router.route("Bonjour, English version", model: model)
        // What the model thinks of nothing is asked once.
        #expect(model.scoringRequests.count == asked + 1)
    }

    @Test(
        "A model that cannot score answers instead",
        arguments: [
            (" translation", TaskType.translation, TaskDecision.Source.model), ("Summary.", .summarisation, .model),
            ("I do not know", .generation, .fallback),
        ])
    func answer(reply: String, task: TaskType, source: TaskDecision.Source) async throws {
        let model = ScriptedModel(replies: [.text(reply)])
        let decision = try await TaskRouter().route("Bonjour, English version", model: model)
        #expect(decision.task == task)
        #expect(decision.source == source)
        #expect(decision.confidence == nil)
    }

    /// Knows requests that begin with a word.
    private struct Scripted: TaskIdentifier {
        let name = "tasks"

        func tasks(of text: String) -> [TaskDecision.Alternative]? {
            text.hasPrefix("Bonjour")
                ? [.init(task: .translation, probability: 0.9), .init(task: .generation, probability: 0.1)] : nil
        }
    }

    @Test(
        "What was made for telling tasks is asked where rules are silent, and a language model only where it cannot tell",
        arguments: [
            ("Bonjour, English version", TaskType.translation, TaskDecision.Source.taskModel, 0),
            ("Hola, English version", .summarisation, .model, 1), ("Who wrote Hamlet?", .questionAnswering, .rule, 0),
        ])
    func identifier(text: String, task: TaskType, source: TaskDecision.Source, asked: Int) async throws {
        let model = ScriptedModel(replies: [.text("summary")])
        let decision = try await TaskRouter(identifier: Scripted()).route(text, model: model)
        #expect(decision.task == task && decision.source == source && model.requests.count == asked)
        #expect(source != .taskModel || decision.confidence == 0.9 && decision.explanation.contains("'tasks'"))
    }

    @Test("Without a model a text that says nothing is generation")
    func silence() async throws {
        let decision = try await TaskRouter().route("")
        #expect(decision.task == .generation)
        #expect(decision.source == .fallback)
    }

    @Test(
        "Task types are known by all their names",
        arguments: [
            ("summarization", TaskType.summarisation), ("Question Answering", .questionAnswering),
            ("qa", .questionAnswering), ("翻译", .translation),
        ])
    func names(name: String, task: TaskType) throws {
        #expect(try TaskType(named: name) == task)
    }

    @Test("An unknown task type names the nearest")
    func unknown() throws {
        let error = try #require(throws: TaskRoutingError.self) { try TaskType(named: "clasification") }
        #expect(error.message == "There is no task type 'clasification'. Did you mean 'classification'?")
    }

    @Test("Every task has a profile whose template takes the text", arguments: TaskType.all)
    func profiles(task: TaskType) throws {
        let profile = TaskProfile.standard(task)
        #expect(profile.template.contains("{text}"))
        #expect(profile.task == task)
        #expect(profile.maxTokens > 0)
    }
}
