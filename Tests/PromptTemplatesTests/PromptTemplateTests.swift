// SPDX-License-Identifier: Apache-2.0

import LLMCore
import PromptTemplates
import Testing

@Suite("{name} templates")
struct PromptTemplateTests {
    @Test("The quick start works as written")
    func quickStart() throws {
        let template = PromptTemplate("请简要介绍人工智能:{topic}")
        #expect(try template.format(["topic": "发展历程"]) == "请简要介绍人工智能:发展历程")
        #expect(template.variables == ["topic"])
    }

    @Test(
        "Values are put in predictably",
        arguments: [
            (JSONValue.string("a \"b\""), "a \"b\""), (.integer(3), "3"), (.number(2.5), "2.5"), (.bool(true), "true"),
            (.null, "null"), (["a", 1], #"["a",1]"#), (["k": "v"], #"{"k":"v"}"#),
        ] as [(JSONValue, String)])
    func values(value: JSONValue, expected: String) throws {
        #expect(try PromptTemplate("<{v}>").format(["v": value]) == "<\(expected)>")
    }

    @Test(
        "Braces are escaped by doubling",
        arguments: [
            ("{{}}", "{}"), ("{{x}}", "{x}"), ("{{{x}}}", "{1}"), ("a{x}{x}b", "a11b"), ("{ x }", "1"), ("", ""),
            ("}}{{", "}{"),
        ])
    func escapes(source: String, expected: String) throws {
        #expect(try PromptTemplate(source).format(["x": 1]) == expected)
    }

    @Test(
        "A broken template says where, when it is used",
        arguments: [
            ("a {", "line 1, column 3"), ("a\n {}", "line 2, column 2"), ("}", "line 1, column 1"),
            ("{a b}", "line 1, column 1"), ("你{", "line 1, column 2"), ("{a{b}}", "line 1, column 1"),
        ])
    func broken(source: String, place: String) {
        let error = #expect(throws: PromptError.self) { try PromptTemplate(source).format(["a": 1]) }
        #expect(error?.code == .syntax)
        #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
    }

    @Test("A missing value is named, with what was given and the nearest name")
    func missing() {
        let template = PromptTemplate("{topic} {length}")
        let error = #expect(throws: PromptError.self) { try template.format(["topics": "x", "length": 3]) }
        #expect(error?.code == .missingVariable)
        #expect(error?.message.contains("'topic'") == true)
        #expect(error?.message.contains("given: length, topics") == true)
        #expect(error?.message.contains("Did you mean 'topic'") == true)
    }
}
