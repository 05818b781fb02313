// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OrderedCollections
import PromptTemplates
import Testing

@Suite("Chat templates")
struct ChatTemplateTests {
    /// Every stored file of cases; see scripts/references/jinja_chat.py.
    private static func fixtures() throws -> [JSONValue] {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix("chat_cases") }
            .map { try JSONValue(parsing: [UInt8](Data(contentsOf: $0))) }
    }

    @Test("Every case renders byte for byte as apply_chat_template does")
    func conformance() throws {
        let fixtures = try Self.fixtures()
        #expect(!fixtures.isEmpty)
        for fixture in fixtures {
            let clock = WallClock.fixed(secondsSince1970: try #require(fixture["now"]?.integerValue))
            var templates: [String: ChatTemplate] = [:]
            for (name, source) in try #require(fixture["templates"]?.objectValue) {
                templates[name] = try? ChatTemplate(
                    source: try #require(source.stringValue), bosToken: "<s>", eosToken: "</s>", clock: clock)
            }
            var agreeing = 0
            let cases = try #require(fixture["cases"]?.arrayValue)
            for testCase in cases where try self.agrees(testCase, fixture, templates) { agreeing += 1 }
            #expect(agreeing == cases.count)
        }
    }

    private func agrees(
        _ testCase: JSONValue, _ fixture: JSONValue, _ templates: [String: ChatTemplate]
    ) throws -> Bool {
        let name = try #require(testCase["template"]?.stringValue)
        let conversation = try #require(testCase["conversation"]?.stringValue)
        guard let template = templates[name] else {
            Issue.record("\(name) does not compile")
            return false
        }
        let input = try #require(fixture["conversations"]?[conversation])
        let found: String
        do {
            found = try template.render(
                values: input["messages"]?.arrayValue ?? [], tools: input["tools"]?.arrayValue ?? [],
                documents: input["documents"]?.arrayValue ?? [],
                addGenerationPrompt: input["add_generation_prompt"]?.boolValue ?? true,
                variables: (input["variables"]?.objectValue ?? [:]).elements
                    .reduce(into: [:]) { $0[$1.key] = $1.value })
        } catch {
            let agrees = testCase["error"] != nil
            #expect(agrees, "\(name)/\(conversation): \(error)")
            return agrees
        }
        let agrees = Array(found.utf8) == Array((testCase["text"]?.stringValue ?? "an error").utf8)
        #expect(agrees, "\(name)/\(conversation): found \(found)\nexpected \(testCase)")
        return agrees
    }

    // MARK: Messages

    /// Prints what the template sees of the messages.
    private static let mirror = "{{ messages | tojson }}{{ tools | tojson }}{{ documents | tojson }}{{ x }}"

    @Test("Messages and tools reach the template in Hugging Face's form")
    func messages() throws {
        let template = try ChatTemplate(source: Self.mirror, bosToken: "", eosToken: "")
        let call = Message(
            role: .assistant, content: [],
            toolCalls: [ToolCall(id: "c1", name: "f", arguments: ["a": 1])])
        let result = Message(role: .tool, content: [.text("ok")], toolCallID: "c1")
        let text = try template.render(
            [.system("S"), .user("U"), call, result],
            tools: [ToolDefinition(name: "f", description: "d", parameters: ["type": "object"])],
            documents: [["title": "t"]], variables: ["x": "extra"])
        #expect(
            text == """
                [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}, \
                {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function", \
                "function": {"name": "f", "arguments": {"a": 1}}}]}, \
                {"role": "tool", "content": "ok", "tool_call_id": "c1"}]\
                [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}]\
                [{"title": "t"}]extra
                """)
    }

    @Test("Several parts are a list only for templates that read lists")
    func parts() throws {
        let message = Message(role: .user, content: [.text("One"), .text("Two")])
        let reader = try ChatTemplate(
            source: "{% for p in messages[0].content %}<{{ p.text }}>{% endfor %}", bosToken: "", eosToken: "")
        #expect(reader.takesContentParts)
        #expect(try reader.render([message]) == "<One><Two>")
        let simple = try ChatTemplate(source: "{{ messages[0].content }}", bosToken: "", eosToken: "")
        #expect(!simple.takesContentParts)
        #expect(try simple.render([message]) == "OneTwo")
    }

    @Test("A template that refuses its input is quoted")
    func refusal() throws {
        let template = try ChatTemplate(source: "{{ raise_exception('No ' ~ 'way') }}", bosToken: "", eosToken: "")
        let error = #expect(throws: PromptError.self) { try template.render([.user("x")]) }
        #expect(error?.code == .refusedByTemplate)
        #expect(error?.message.contains("No way") == true)
    }
}
