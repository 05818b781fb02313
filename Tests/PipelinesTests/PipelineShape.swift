// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

/// A pipeline, what comes out of it, and the order in which its steps run.
struct PipelineShape: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: String
    var output = "\"${{ 1 }}\""
    var inputs: [String: JSONValue] = [:]
    let result: JSONValue
    let order: [String]
    /// Whether the order is chance, since steps run at the same time.
    var isConcurrent = false

    var testDescription: String { self.name }

    static let all: [Self] = [
        Self(
            name: "linear",
            steps: """
                  - {id: a, uses: note, with: {value: "${inputs.x}"}}
                  - {id: b, uses: note, with: {value: "${{ a.value + 1 }}"}}
                """, output: "\"${b.value}\"", inputs: ["x": 3], result: 4, order: ["a", "b"]),
        Self(
            name: "fork and join",
            steps: """
                  - parallel:
                      left:
                        - {id: a, uses: note, with: {value: left}}
                        - {id: b, uses: note, with: {value: "${a.value} on"}}
                      right:
                        - {id: c, uses: note, with: {value: right}}
                  - {id: d, uses: note, with: {value: "${b.value}, ${c.value}"}}
                """, output: "\"${d.value}\"", result: "left on, right", order: ["a", "b", "c", "d"], isConcurrent: true
        ),
        Self(
            name: "a branch taken",
            steps: """
                  - when: inputs.x > 2
                    steps:
                      - {id: a, uses: note, with: {value: big}}
                    else:
                      - {id: b, uses: note, with: {value: small}}
                """, output: "\"${{ a.value or b.value }}\"", inputs: ["x": 3], result: "big", order: ["a"]),
        Self(
            name: "a branch not taken",
            steps: """
                  - when: "${inputs.x} > 2"
                    steps:
                      - {id: a, uses: note, with: {value: big}}
                    else:
                      - {id: b, uses: note, with: {value: small}}
                """, output: "\"${{ a.value or b.value }}\"", inputs: ["x": 2], result: "small", order: ["b"]),
        Self(
            name: "a step left out",
            steps: """
                  - {id: a, uses: note, when: not inputs.x, with: {value: 1}}
                  - {id: b, uses: note, with: {value: "${a.value}"}}
                """, output: "\"${b.value}\"", result: nil, order: ["b"]),
        Self(
            name: "a switch",
            steps: """
                  - switch: "${inputs.x}"
                    cases:
                      2:
                        - {id: two, uses: note, with: {value: zwei}}
                      x:
                        - {id: ex, uses: note, with: {value: iks}}
                    default:
                      - {id: none, uses: note, with: {value: nichts}}
                """, output: "\"${{ [two.value, ex.value, none.value] }}\"", inputs: ["x": 2],
            result: ["zwei", nil, nil], order: ["two"]),
        Self(
            name: "a switch's default",
            steps: """
                  - switch: "${inputs.x}"
                    cases: {a: [{id: one, uses: note}]}
                    default: [{id: none, uses: note, with: {value: other}}]
                """, output: "\"${none.value}\"", result: "other", order: ["none"]),
        Self(
            name: "nested loops",
            steps: """
                  - id: rows
                    for_each: "${inputs.x}"
                    as: row
                    steps:
                      - id: cells
                        for_each: "${row.cells}"
                        steps:
                          - {id: cell, uses: note, with: {value: "${row.name}${item}${index}"}}
                        output: "${cell.value}"
                    output: "${cells.results}"
                """, output: "\"${rows.results}\"",
            inputs: ["x": [["name": "a", "cells": [1, 2]], ["name": "b", "cells": [3]]]],
            result: [["a10", "a21"], ["b30"]],
            order: ["rows[0].cells[0].cell", "rows[0].cells[1].cell", "rows[1].cells[0].cell"]),
        Self(
            name: "a loop over numbers, its last step's outputs",
            steps: """
                  - id: turns
                    for_each: 2
                    steps:
                      - {id: a, uses: note, with: {value: "${item}"}}
                """, output: "[\"${turns.results}\", \"${turns.count}\"]",
            result: [[["value": 0, "number": 1], ["value": 1, "number": 1]], 2], order: ["turns[0].a", "turns[1].a"]),
        Self(
            name: "a while loop",
            steps: """
                  - id: double
                    while: last < 20
                    limit: 10
                    initial: "${inputs.x}"
                    steps:
                      - {id: a, uses: note, with: {value: "${{ last * 2 }}"}}
                    output: "${a.value}"
                """, output: "[\"${double.result}\", \"${double.count}\"]", inputs: ["x": 3], result: [24, 3],
            order: ["double[0].a", "double[1].a", "double[2].a"]),
        Self(
            name: "a while loop that stops at its limit",
            steps: """
                  - {id: w, while: true, limit: 2, at_limit: stop, steps: [{id: a, uses: note}], output: "${index}"}
                """, output: "\"${w.result}\"", result: 1, order: ["w[0].a", "w[1].a"]),
        Self(
            name: "try without failure",
            steps: """
                  - id: safe
                    try: [{id: a, uses: note, with: {value: fine}}]
                    catch: [{id: b, uses: note}]
                    finally: [{id: c, uses: note}]
                """, output: "[\"${a.value}\", \"${safe.failed}\"]", result: ["fine", false], order: ["a", "c"]),
        Self(
            name: "try, catch, finally",
            steps: """
                  - id: safe
                    try:
                      - {id: a, uses: note, with: {failures: 1}}
                      - {id: never, uses: note}
                    catch: [{id: b, uses: note, with: {value: "${error.step} ${error.code} ${error.message}"}}]
                    finally: [{id: c, uses: note}]
                """, output: "[\"${b.value}\", \"${safe.failed}\"]", result: ["a llm.overloaded Too much.", true],
            order: ["a", "b", "c"]),
        Self(
            name: "a failure caught further out, after a finally",
            steps: """
                  - try:
                      - try: [{id: a, uses: note, with: {failures: 1}}]
                        finally: [{id: b, uses: note}]
                    catch: [{id: c, uses: note, with: {value: "${error.message}"}}]
                """, output: "\"${c.value}\"", result: "Too much.", order: ["a", "b", "c"]),
        Self(
            name: "fail",
            steps: """
                  - try: [{when: inputs.x == 1, steps: [{fail: "x is ${inputs.x}"}]}]
                    catch: [{id: c, uses: note, with: {value: "${error.code}: ${error.message}"}}]
                """, output: "\"${c.value}\"", result: "pipeline.failed: x is 1", order: ["c"]),
        Self(
            name: "a pipeline inside",
            steps: """
                  - id: sub
                    call:
                      pipeline: inner
                      inputs: {n: {type: integer}}
                      steps: [{id: a, uses: note, with: {value: "${{ inputs.n + 1 }}"}}]
                      output: "${a.value}"
                    with: {n: 4}
                """, output: "\"${sub.output}\"", result: 5, order: ["sub.a"]),
    ]
}
