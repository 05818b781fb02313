// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import PromptTemplates
import Testing

@Suite("Jinja limits and errors")
struct JinjaLimitTests {
    @Test(
        "A template that would take too much ends in a clear error, quickly",
        arguments: [
            "{% for i in range(10**9) %}{{ i }}{% endfor %}",
            "{{ range(10**9)|list }}", "{{ range(10**15)|sum }}", "{{ range(10**9)|join }}",
            "{{ 'x' * 10**12 }}", "{{ 'ab' * 10**9 }}", "{{ [1] * 10**12 }}", "{{ 'x'|center(10**12) }}",
            "{{ 'a'|indent(10**12) }}", "{{ 'a'.ljust(10**12) }}", "{{ 'a'.zfill(10**12) }}",
            "{{ '%1000000000d' % 1 }}", "{{ '{:1000000000}'.format(1) }}", "{{ '%.999999999f' % 1.0 }}",
            "{{ 'a\\tb'.expandtabs(10**12) }}", "{{ [1]|batch(10**12, 0)|list }}", "{{ [1]|slice(10**12)|list }}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m(n) %}{{ m(n + 1) ~ m(n + 1) }}{% endmacro %}{{ m(0) }}",
            "{% for i in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
            "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
            "{% set l = [1] %}{% for i in l %}{% do l.append(i) %}{% endfor %}",
            "{% set l = [1] %}{% for i in range(99) %}{% do l.extend(l) %}{% endfor %}",
            "{% set l = [] %}{% do l.append(l) %}{{ l }}",
            "{% set l = [] %}{% do l.append(l) %}{{ l|tojson }}",
            "{{ ('a,' * 100000).split(',')|join('x' * 10000) }}",
            "{{ ('a' * 1000000)|replace('a', 'b' * 1000) }}",
            "{% include 'self' %}", "{% extends 'self2' %}", "{% import 'self3' as x %}",
            "{{ \(String(repeating: "(", count: 300))1\(String(repeating: ")", count: 300)) }}",
            "{{ \(String(repeating: "not ", count: 5000))1 }}", "{{ \(String(repeating: "-", count: 5000))1 }}",
            "{{ \(String(repeating: "1+", count: 50_000))1 }}", "{{ a\(String(repeating: ".b", count: 50_000)) }}",
            "{{ 1\(String(repeating: "|abs", count: 50_000)) }}",
            "\(String(repeating: "{% if 1 %}", count: 5000))",
            "{{ \(String(repeating: "[", count: 50_000))\(String(repeating: "]", count: 50_000)) }}",
            "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}",
            "{% set d = {} %}{% do d.update({'a': d.values()}) %}{{ d }}",
            "{{ '%*c' % (10**12, 65) }}", "{{ '%*.3d' % (10**12, 5) }}", "{{ '%*d' % (-9223372036854775807 - 1, 5) }}",
            "{{ {'a' * 1000000: range(1000)|list}|pprint }}", "{{ 9223372036854775807|round(-1) }}",
            """
            {% set ns = namespace(a=[], b=[]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}\
            {% set ns.b = [ns.b, ns.b] %}{% endfor %}{% for i in range(999) %}{{ ns.a == ns.b }}{% endfor %}
            """,
            """
            {% set ns = namespace(t=()) %}{% for i in range(99) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}\
            {{ {ns.t: 1} }}
            """,
            "{{ 9**99 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}",
        ] as [LongText])
    func limits(source: LongText) {
        let loaded = [
            "self": "{% include 'self' %}", "self2": "{% extends 'self2' %}", "self3": "{% import 'self3' as x %}",
        ]
        var options = JinjaOptions()
        options.limits.steps = 300_000
        let environment = JinjaEnvironment(options: options, loader: { loaded[$0] })
        let error = #expect(throws: PromptError.self) { try environment.template(source.text).render() }
        let codes: [PromptError.Code] = [.limitExceeded, .overflow, .invalidValue]
        #expect(error.map { codes.contains($0.code) } == true, "\(String(describing: error))")
    }

    @Test(
        "Work on long texts grows with their length, not with its square",
        .timeLimit(.minutes(5)),
        arguments: [
            ("('a' * 1000000).find('a' * 500000 ~ 'b')", "-1"), ("('a' * 1000000).rfind('b' ~ 'a' * 500000)", "-1"),
            ("'{:0500000,}'.format(1)|length", "500001"), ("('(' * 300000)|urlize|length", "300000"),
            ("('a' ~ '(' * 200000 ~ 'b' ~ ')' * 200000)|urlize|length", "400002"),
            ("('a' * 300000)|wordwrap(1)|length", "599999"),
        ])
    func linearTime(expression: String, expected: String) throws {
        #expect(try JinjaTemplate("{{ \(expression) }}").render() == expected)
    }

    @Test(
        "Nesting ends in an error, not in a crash, on a thread with a stack of 512 KiB",
        arguments: [
            "{% macro m() %}{% if 1 %}{% for x in [1] %}{{ (((1 + (m() ~ '')))) }}{% endfor %}{% endif %}{% endmacro %}{{ m() }}",
            """
            {% macro m() %}\(String(repeating: "{% if 1 %}", count: 90)){{ m() }}\
            \(String(repeating: "{% endif %}", count: 90)){% endmacro %}{{ m() }}
            """,
            "{% macro m() %}{{ \(String(repeating: "[", count: 90))m()\(String(repeating: "]", count: 90)) }}{% endmacro %}{{ m() }}",
        ])
    func smallStack(source: String) async {
        let code: PromptError.Code? = await withCheckedContinuation { continuation in
            let thread = Thread {
                do {
                    _ = try JinjaTemplate(source).render()
                    continuation.resume(returning: nil)
                } catch { continuation.resume(returning: (error as? PromptError)?.code) }
            }
            #if DEBUG
            thread.stackSize = 4 << 20
            #else
            thread.stackSize = 512 << 10
            #endif
            thread.start()
        }
        #expect(code == .limitExceeded)
    }

    @Test("A value nested without end is refused before it is too deep to be freed")
    func deepValues() throws {
        let source = """
            {% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}done
            """
        var options = JinjaOptions()
        options.limits.steps = 5_000_000
        #expect(throws: PromptError.self) { try JinjaTemplate(source, options: options).render() }
    }

    @Test(
        "Errors name the template, the line and the column",
        arguments: [
            ("a\n {{ x.y.z }}", "template 't', line 2, column 8: "),
            ("{% if %}", "template 't', line 1, column 7: "),
            ("{{ 1 +\n 'a' }}", "template 't', line 1, column 4: "),
            ("{% nope %}\n{{ 'open }}", "template 't', line 1, column 4: "),
            ("{% if 1 %}\n{{ 'open }}", "template 't', line 2, column 4: "),
            ("line\n{% for i in 5 %}{% endfor %}", "template 't', line 2, column 4: "),
            ("{{ 'abc'|nope }}", "template 't', line 1, column 10: No filter named 'nope'"),
            ("{{ 'abc'|uper }}", "Did you mean 'upper'?"),
            ("{{ 1 is od }}", "Did you mean 'odd'?"),
            ("{{ 'a'|center(widht=3) }}", "Did you mean 'width'?"),
            ("{% include 'part' %}", "template 'part', line 2, column 8: "),
        ])
    func places(source: String, expected: String) {
        let environment = JinjaEnvironment(loader: { $0 == "part" ? "\n{{ nope.x }}" : nil })
        let error = #expect(throws: PromptError.self) { try environment.template(source, name: "t").render(["x": [:]]) }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test("The sandbox refuses what changes values")
    func sandbox() throws {
        let template = try JinjaTemplate("{{ l.append(1) }}", options: .chatTemplates)
        let error = #expect(throws: PromptError.self) { try template.render(["l": []]) }
        #expect(error?.code == .forbidden)
    }

    @Test("One compiled template renders on many threads at once")
    func threads() async throws {
        let template = try JinjaTemplate(
            "{% macro m(x) %}<{{ x }}>{% endmacro %}{% for i in l %}{{ m(i) }}{{ loop.index }}{% endfor %}")
        try await withThrowingTaskGroup(of: String.self) { group in
            for count in 0..<32 {
                group.addTask { @concurrent in
                    try template.render(["l": .array((0..<count).map { .integer($0) })])
                }
            }
            var total = 0
            for try await text in group { total += text.split(separator: "<").count }
            #expect(total == (0..<32).reduce(0, +))
        }
    }

    @Test("Templates damaged at random never do worse than throw")
    func mutations() throws {
        let seeds = try JinjaFixture.shared.get().cases.filter { $0.group == "template" }
        var random = SplitMix(state: 42)
        let alphabet = Array("{}%#-+|()[]'\",.:~*/ \nabcixy019=<>_é你\u{0}".unicodeScalars)
        var options = JinjaOptions()
        options.limits = TemplateLimits(steps: 20_000, depth: 20, outputBytes: 1 << 16)
        var rendered = 0
        for round in 0..<3000 {
            let seed = seeds[round % seeds.count]
            var scalars = Array(seed.source.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0...scalars.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: scalars.insert(alphabet.randomElement(using: &random) ?? " ", at: index)
                case 1 where index < scalars.count: scalars.remove(at: index)
                case 2 where index < scalars.count: scalars[index] = alphabet.randomElement(using: &random) ?? " "
                default:
                    let other = Array((seeds.randomElement(using: &random) ?? seed).source.unicodeScalars)
                    let start = Int.random(in: 0...other.count, using: &random)
                    scalars.insert(contentsOf: other[start..<min(other.count, start + 12)], at: index)
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let environment = JinjaEnvironment(
                options: options, loader: { try JinjaFixture.shared.get().templates[$0] })
            do {
                _ = try environment.template(String(view)).render(seed.context)
                rendered += 1
            } catch is PromptError {}
        }
        #expect(rendered > 100)
    }
}

/// A small generator whose numbers are the same everywhere (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
