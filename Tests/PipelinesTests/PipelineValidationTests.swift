// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Checking pipelines before they run")
struct PipelineValidationTests {
    /// YAML of a pipeline and the issues expected in it.
    struct Case: Sendable, CustomTestStringConvertible {
        let yaml: String
        let issues: [String]
        var testDescription: String { self.issues.first ?? "" }
        init(_ yaml: String, _ issues: String...) {
            self.yaml = yaml
            self.issues = issues
        }
    }

    static func steps(_ steps: String, output: String = "\"${inputs.text}\"") -> String {
        "pipeline: p\ninputs: {text: {type: string}, list: {type: array}}\nsteps:\n\(steps)\noutput: \(output)"
    }

    @Test(
        "Each mistake is named with its line, its column and what to do",
        arguments: [
            Case("", "p.yaml:1:1: The file is empty. A pipeline begins with 'pipeline: name'."),
            Case(
                "a: [1",
                "p.yaml:2:1: The YAML is malformed: did not find expected ',' or ']'. Check indentation, quotes and colons."
            ),
            Case(
                "- 1",
                "p.yaml:1:1: The file must be a mapping, but is of type array. It knows the keys pipeline, version, description, inputs, schedule, steps, output, pipelines.",
                "p.yaml:1:1: The pipeline has no steps. List at least one under 'steps'."),
            Case(
                Self.steps("  - {id: a, uses: generat, wiht: {}}"),
                "p.yaml:4:19: There is no step 'generat'. Did you mean 'generate'?",
                "p.yaml:4:28: Step 1 has the unknown key 'wiht'. Did you mean 'with'?"),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {promt: x}}"),
                "p.yaml:4:5: The step 'a' (uses generate) lacks the input 'prompt': What the model is asked. Add it under 'with'.",
                "p.yaml:4:36: The step 'generate' has no input 'promt'. Did you mean 'prompt'?"),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: 3, max_tokens: few}}"),
                "p.yaml:4:44: 'prompt' must be of type string, but is integer. Put it in quotes.",
                "p.yaml:4:59: 'max_tokens' must be of type integer, but is string."),
            Case(
                Self.steps(
                    "  - {id: a, uses: generate, with: {prompt: \"${inputs.txt}\"}}\n  - {id: a, uses: generate, with: {prompt: \"${b.text} ${a.txt}\"}}"
                ),
                "p.yaml:4:44: ${inputs.txt} names no input of the pipeline. Did you mean 'text'?",
                "p.yaml:5:5: The id 'a' is already that of a step in line 4. Give each step its own 'id'.",
                "p.yaml:5:44: ${b.text} names no step. Did you mean 'a'?",
                "p.yaml:5:44: ${a.txt} names no output of 'generate'. Did you mean 'text'?"),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: \"${inputs.list}\"}}"),
                "p.yaml:4:44: 'prompt' must be of type string, but ${inputs.list} is array. Write it inside a text to have it written out."
            ),
            Case(
                Self.steps(
                    "  - {id: a, uses: generate, with: {prompt: \"${b.text}\"}}\n  - {id: b, uses: generate, with: {prompt: x}}"
                ),
                "p.yaml:4:44: ${b.text} refers to a step that comes later. Move 'b' before 'a'."),
            Case(
                Self.steps(
                    "  - {id: a, uses: generate, with: {prompt: \"${b.text}\"}}\n  - {id: b, uses: generate, with: {prompt: \"${a.text}\"}}"
                ),
                "p.yaml:4:44: The steps 'a' and 'b' need each other's outputs. Break the cycle."),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: \"${a.text}\"}}"),
                "p.yaml:4:44: ${a.text} refers to its own step. Refer to an earlier step."),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: \"${oops\", stop: [\"${a b}\"]}}"),
                "p.yaml:4:44: A reference is not closed: '${oops' lacks its '}'.",
                "p.yaml:4:61: '${a b}' is no reference; write '${step.output}' or '${inputs.name}'."),
            Case(
                Self.steps(
                    "  - {id: a, uses: prompt, with: {text: x}}\n  - {id: b, uses: prompt, with: {template: \"{a\"}}"),
                "p.yaml:4:5: The step names no template. Give exactly one of template, template_file, library, profile.",
                "p.yaml:5:44: The template cannot be read: line 1, column 1: '{' is never closed; write '{{' for a brace."
            ),
            Case(
                Self.steps(
                    "  - {id: a, uses: parse, with: {text: x, as: jsn}}\n  - {id: b, uses: parse, with: {text: x, as: choice}}\n  - {id: c, uses: parse, with: {text: x, as: json, schema: {type: strin}}}"
                ),
                "p.yaml:4:46: 'as' cannot be 'jsn'. Did you mean 'json'?",
                "p.yaml:5:5: The parser 'choice' cannot be made: Choices must be at least one word each, and differ in more than case and punctuation.",
                "p.yaml:6:60: 'type' at '#/type' has the unknown type 'strin'. Did you mean 'string'?"),
            Case(
                "pipeline: p\ninputs: {a: {type: strng, default: 3}, b: {type: string, default: 3}}\nsteps:\n  - {uses: generate, with: {prompt: x}}",
                "p.yaml:2:20: There is no type 'strng'. Did you mean 'string'?",
                "p.yaml:2:40: The default of 'b' is of type integer, not string. Write a default of that type, or 'type: integer'.",
                "p.yaml:4:5: The pipeline has no output. Add 'output: \"${generate.…}\"' or end with a step that uses 'output'."
            ),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: x, temperature: -1}}"),
                "p.yaml:4:5: The step cannot sample this way: temperature is -1.0; it must be 0 or more."),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: x, mirostat_tau: 4, top_p: 0.5}}"),
                "p.yaml:4:5: The step cannot sample this way: mirostat takes the place of top-p; leave out one or the other (top-p 1 is off)."
            ),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: x, dry_base: 2, xtc_threshold: 0.1}}"),
                "p.yaml:4:57: 'dry_base' does nothing without 'dry_multiplier'. Add that, or leave it out.",
                "p.yaml:4:75: 'xtc_threshold' does nothing without 'xtc_probability'. Add that, or leave it out."),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: x, logit_bias: {word: 1}}}"),
                "p.yaml:4:5: The step cannot sample this way: 'logit_bias' must hold numbers by the tokens' numbers, such as {15043: -2}, but holds word: 1."
            ),
            Case(
                Self.steps("  - {id: a, uses: generate, with: {prompt: x, presence_penality: 1, penalty_window: 0.5}}"),
                "p.yaml:4:47: The step 'generate' has no input 'presence_penality'. Did you mean 'presence_penalty'?",
                "p.yaml:4:85: 'penalty_window' must be of type integer, but is number."),
            Case("pipeline: p\npipeline: q", "p.yaml:1:1: The key 'pipeline' is written twice. Keep one of them."),
        ])
    func issues(testCase: Case) throws {
        let error = try #require(throws: InvalidPipelineError.self) {
            try Pipeline(yaml: testCase.yaml, file: "p.yaml")
        }
        #expect(error.issues.map(\.description) == testCase.issues)
    }

    @Test("A file whose aliases multiply is refused")
    func aliases() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            yaml += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", "))]\n"
        }
        let error = try #require(throws: InvalidPipelineError.self) { try Pipeline(yaml: yaml) }
        #expect(error.message.contains("more than 20,000 values"))
    }

    @Test(
        "A file that is too large or nested too deeply is refused",
        arguments: [
            LongText(String(repeating: "#", count: 1_100_000)), LongText(String(repeating: "[", count: 900)),
            LongText(String(repeating: "[", count: 100_000)),
        ])
    func limits(yaml: LongText) {
        #expect(throws: InvalidPipelineError.self) { try Pipeline(yaml: yaml.text) }
    }

    @Test("Of thousands of steps that come too late a hundred are told, soon")
    func manyLateSteps() throws {
        let steps = (0..<3_000).map { "- {id: s\($0), uses: generate, with: {prompt: '${s\($0 + 1).text}'}}" }
        let yaml = Self.steps(steps.joined(separator: "\n"))
        let error = try #require(throws: InvalidPipelineError.self) { try Pipeline(yaml: yaml) }
        #expect(error.issues.count == 100)
    }

    @Test("Of thousands of references to nothing a hundred are told, soon")
    func manyUnknownSteps() throws {
        let steps = (0..<1_000).map { "- {id: step-\($0), uses: generate, with: {prompt: x}}\n" }.joined()
        let references = String(repeating: "${stop-x.text}", count: 50_000)
        let yaml = Self.steps(steps + "- {id: last, uses: generate, with: {prompt: '\(references)'}}")
        let error = try #require(throws: InvalidPipelineError.self) { try Pipeline(yaml: yaml) }
        #expect(error.issues.count == 100)
    }

    @Test("A byte order mark before the text is no part of it")
    func byteOrderMark() throws {
        let pipeline = try Pipeline(yaml: "\u{FEFF}" + Self.steps("  - {id: a, uses: generate, with: {prompt: x}}"))
        #expect(pipeline.name == "p")
    }

    @Test("Every kind of step describes itself with schemas")
    func definitions() {
        let definitions = StepRegistry.standard.definitions
        #expect(
            definitions.map(\.name) == [
                "assert", "calculator", "chat", "classify", "embed", "extract", "generate", "input", "judge", "output",
                "parse", "prompt", "route", "split", "summarise", "translate",
            ])
        for definition in definitions {
            #expect((definition.inputSchema["properties"] ?? [:]) != [:])
            #expect((definition.outputSchema["properties"] ?? [:]) != [:])
        }
    }
}
