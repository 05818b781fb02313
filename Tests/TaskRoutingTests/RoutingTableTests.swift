// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import TaskRouting
import Testing

@Suite("The hand-made table of requests")
struct RoutingTableTests {
    struct Row {
        let part: String
        let text: String
        let task: TaskType
    }

    static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Examples/evaluation/task-routing.jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let row = try JSONValue(parsing: String(line))
            return Row(
                part: row["part"]?.stringValue ?? "", text: row["text"]?.stringValue ?? "",
                task: try TaskType(named: row["task"]?.stringValue ?? ""))
        }
    }

    @Test("Rules that fire are nearly always right", arguments: ["dev", "held-out"])
    func precision(part: String) async throws {
        let rows = try Self.rows().filter { $0.part == part }
        var decided = 0
        var wrong: [String] = []
        for row in rows {
            let decision = try await TaskRouter().route(row.text)
            guard decision.source == .rule, !decision.explanation.hasPrefix("narrowly") else { continue }
            decided += 1
            if decision.task != row.task {
                wrong.append("\(row.text) → \(decision.task.rawValue): \(decision.explanation)")
            }
        }
        print("task routing, \(part): rules decided \(decided) of \(rows.count), wrong \(wrong.count): \(wrong)")
        #expect(rows.count == 30)
        #expect(decided >= 18)
        #expect(wrong.count <= 2, "\(wrong)")
    }
}
