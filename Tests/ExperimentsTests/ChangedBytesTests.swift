// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import SourceDocuments
import Testing

/// What comes from outside, with a few bytes changed: it is read, or refused with a reason, and nothing else happens.
@Suite("Texts with a few bytes changed")
struct ChangedBytesTests {
    private static let definition = """
        experiment: greeting
        arms:
          - {name: plain, weight: 50, settings: {model: old}}
          - {name: warm, weight: 50, settings: {model: old, system: "warmly", temperature: 0.5}}
        metrics: [{name: liked, kind: proportion, goal: increase}, {name: seconds, kind: mean, goal: decrease}]
        guardrails: [{metric: seconds, allowed: 0.01}]
        namespace: {name: shop, from: 0, to: 1}
        condition: {language: {$in: [de, fr]}, age: {$gte: 18}, name: {$regex: "^a.*b$"}, version: {$vgt: "1.2.3"}}
        analysis: {minimum-units: 20, alpha: 0.05}
        canary: {steps: [1, 5, 25, 100], minimum-units: 50, maximum-time: 10m}
        """
    private static let table = "unit,note,arm,accepted\r\nu1,\"a, \"\"b\"\"\r\nc\",new,1\r\nu2,,control,false\r\n"
    private static let lines = """
        {"unit": "u1", "arm": "new", "accepted": true, "other": [1, {"a": "\\u00e4"}]}
        {"unit": "u2", "arm": "control", "accepted": 0}
        """

    /// What mistakes and attacks are made of.
    private static let pieces: [[UInt8]] =
        [
            "\u{0}", "\"", "'", ",", "\n", "\r", "{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!", "|\n", "1e999", "-1",
            ".nan",
            "99999999999999999999", "$not", "\\", "\u{FEFF}", "\u{202E}", "(", "(a+)+", "null", "~", "\t", "%", "#",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    private static func changed(_ text: String, _ chance: inout Chance) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...Int.random(in: 0..<4, using: &chance) {
            let place = Int.random(in: 0..<bytes.count, using: &chance)
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &chance)
            case 1: bytes.insert(contentsOf: Self.pieces.randomElement(using: &chance) ?? [], at: place)
            case 2:
                let end = min(bytes.count, place + Int.random(in: 1...20, using: &chance))
                if end - place < bytes.count { bytes.removeSubrange(place..<end) }
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A definition says what is wrong with it, or assigns users", arguments: 0..<4)
    func definitions(seed: Int) async throws {
        var (chance, readCount) = (Chance(UInt64(20_261_129 + seed)), 0)
        for _ in 0..<250 {
            let text = Self.changed(Self.definition, &chance)
            let (experiment, issues) = Experiment.read(yaml: text, file: "greeting.yaml")
            guard let experiment, issues.isEmpty else {
                #expect(!issues.isEmpty && issues.allSatisfy { !$0.message.isEmpty }, "\(text)")
                continue
            }
            readCount += 1
            let attributes: JSONValue = ["language": "de", "age": 20, "name": "ab", "version": "1.10.0"]
            _ = try await Assigner(experiment: experiment).assign("anna", attributes: attributes)
        }
        // Changes within names and texts leave a definition as good as it was.
        #expect(readCount > 0 && readCount < 250)
    }

    @Test(
        "A file of outcomes is read or refused with its line",
        arguments: [(table, OutcomeFile.Format.csv), (lines, .jsonl)])
    func outcomes(text: String, format: OutcomeFile.Format) throws {
        var (chance, readCount) = (Chance(20_261_129), 0)
        for _ in 0..<1000 {
            let text = Self.changed(text, &chance)
            do {
                let file = try OutcomeFile(text, format: format, for: .pair())
                #expect(file.rows.allSatisfy { row in row.outcome.values.values.allSatisfy(\.isFinite) })
                readCount += 1
            } catch let error as ExperimentError { #expect(error.message.contains("Line "), "\(text): \(error)") }
        }
        #expect(readCount > 0 && readCount < 1000)
    }
}
