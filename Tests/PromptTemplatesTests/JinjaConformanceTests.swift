// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OrderedCollections
import PromptTemplates
import Testing

/// One case whose result real Jinja2 gave; see scripts/references/jinja_cases.py.
struct JinjaCase: CustomTestStringConvertible, Sendable {
    var group: String
    var source: String
    var context: [String: JSONValue]
    var options: JinjaOptions
    /// The text, or the kind of error.
    var expected: Expected

    enum Expected: Equatable, Sendable {
        case text(String)
        case error(String)
    }

    var testDescription: String { "\(self.group): \(self.source)" }
}

/// The stored cases.
struct JinjaFixture: Sendable {
    var cases: [JinjaCase] = []
    var templates: [String: String] = [:]

    static let shared = Result { try Self() }

    private init() throws {
        let document = try JSONValue(parsing: [UInt8](try Self.data("jinja_cases.json")))
        let contexts = try #require(document["contexts"]?.objectValue)
        self.templates = try #require(document["templates"]?.objectValue).elements
            .reduce(into: [:]) { $0[$1.key] = $1.value.stringValue }
        for entry in try #require(document["cases"]?.arrayValue) {
            let context = try #require(entry["context"]?.stringValue.flatMap { contexts[$0]?.objectValue })
            let expected: JinjaCase.Expected =
                if let text = entry["text"]?.stringValue { .text(text) } else {
                    .error(try #require(entry["error"]?.stringValue))
                }
            self.cases.append(
                JinjaCase(
                    group: try #require(entry["group"]?.stringValue),
                    source: try #require(entry["source"]?.stringValue),
                    context: context.elements.reduce(into: [:]) { $0[$1.key] = $1.value },
                    options: Self.options(entry["options"]), expected: expected))
        }
    }

    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil)))
    }

    private static func options(_ json: JSONValue?) -> JinjaOptions {
        var options = JinjaOptions()
        options.trimBlocks = json?["trim_blocks"]?.boolValue ?? false
        options.lstripBlocks = json?["lstrip_blocks"]?.boolValue ?? false
        options.keepTrailingNewline = json?["keep_trailing_newline"]?.boolValue ?? false
        options.autoescape = json?["autoescape"]?.boolValue ?? false
        options.sandboxed = json?["sandboxed"]?.boolValue ?? false
        switch json?["undefined"]?.stringValue {
        case "strict": options.undefined = .strict
        case "chainable": options.undefined = .chainable
        default: break
        }
        return options
    }

    /// What our engine makes of a case.
    func outcome(of testCase: JinjaCase) -> JinjaCase.Expected {
        let environment = JinjaEnvironment(options: testCase.options, loader: { [templates] in templates[$0] })
        do {
            return .text(try environment.template(testCase.source).render(testCase.context))
        } catch let error as PromptError {
            return .error(error.code.rawValue)
        } catch {
            return .error("unexpected: \(error)")
        }
    }
}

@Suite("Jinja conformance")
struct JinjaConformanceTests {
    @Test(
        "Every case renders byte for byte as real Jinja2 does",
        arguments: ["expression", "template", "whitespace", "strict", "chainable", "autoescape", "sandbox"])
    func conformance(group: String) throws {
        let fixture = try JinjaFixture.shared.get()
        let cases = fixture.cases.filter { $0.group == group }
        #expect(!cases.isEmpty)
        for testCase in cases {
            let found = fixture.outcome(of: testCase)
            // `==` on strings takes composed and decomposed text for equal, so bytes are compared.
            let same =
                switch (found, testCase.expected) {
                case (.text(let left), .text(let right)): Array(left.utf8) == Array(right.utf8)
                default: found == testCase.expected
                }
            #expect(same, "\(testCase.source)\n  expected \(testCase.expected)\n  found    \(found)")
        }
    }

    @Test("The stored cases are many, and cover failures too")
    func coverage() throws {
        let cases = try JinjaFixture.shared.get().cases
        #expect(cases.count >= 900)
        #expect(cases.count { if case .error = $0.expected { true } else { false } } >= 100)
    }
}
