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
}
