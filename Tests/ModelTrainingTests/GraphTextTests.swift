// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelTraining
import TaskModels
import Testing

@Suite("Graphs with texts")
struct GraphTextTests {
    private func texts(_ lines: String, relations: String? = nil) throws -> [GraphText] {
        try TinyDialogues.withFolder { folder in
            try lines.write(toFile: "\(folder)/a.jsonl", atomically: true, encoding: .utf8)
            try relations?.write(toFile: "\(folder)/relation_names.json", atomically: true, encoding: .utf8)
            return try GraphTextFile.texts(path: "\(folder)/a.jsonl")
        }
    }

    @Test("Triples, conversations and documents are read")
    func kinds() throws {
        let plain = try self.texts(
            #"{"triples":[["A","b","C"]],"texts":["A bs C.","C is bed by A."],"context":["Hm?"]}"#)[0]
        #expect(plain.input.nodes == ["A", "C"] && plain.texts.count == 2 && plain.input.context == ["Hm?"])
        let talk = try self.texts(
            #"{"turns":[{"text":"1"},{"text":"2"},{"text":"3"},{"text":"4","triples":[["A","b","C"]]},{"text":"5","triples":[]}]}"#
        )
        #expect(talk.count == 1 && talk[0].input.context == ["2", "3"] && talk[0].texts == ["4"])
        let document = try self.texts(
            #"{"sentences":["A ( b ) is , well , A 's .","It met C ."],"entities":[{"name":"A"},{"name":"C"},{"name":"D"}],"relations":[[0,"P1",1]]}"#,
            relations: #"{"P1":"has met"}"#)[0]
        #expect(document.input.context == ["A (b) is, well, A's."] && document.texts == ["It met C."])
        #expect(document.input.triples == [GraphTriple("A", "has met", "C")] && document.entities == ["D"])
    }

    @Test(
        "A line that is none is refused by its number",
        arguments: [
            "{}", "nothing", #"{"triples":[["A","b"]],"texts":["x"]}"#, #"{"triples":[["A","b",1]],"texts":["x"]}"#,
            #"{"triples":[],"texts":[]}"#, #"{"triples":[["","b","C"]],"texts":["x"]}"#, #"{"turns":[{"triples":[]}]}"#,
            #"{"sentences":["a","b"],"entities":[{"name":"A"}],"relations":[[0,"P1",7]]}"#,
            #"{"sentences":["a"],"entities":[],"relations":[]}"#, #"{"triples":7,"texts":["x"]}"#,
        ])
    func refused(line: String) {
        let error = #expect(throws: TrainingError.self) {
            try self.texts(#"{"triples":[["A","b","C"]],"texts":["x"]}"# + "\n" + line + "\n")
        }
        #expect(error?.message.contains("line 2") == true, "\(String(describing: error))")
    }

    @Test(
        "Names are found whatever their signs and cases",
        arguments: [
            ("Frank_G._Jackson", "frank g jackson"), ("\"Acta Pol.\"", "acta pol"),
            ("0.0112 (kilometrePerSeconds)", "0 0112"),
            ("Adams_County,_Pennsylvania", "adams county pennsylvania"), ("(66391) 1999 KW4", "66391 1999 kw 4"),
            ("恋恋笔记本（2004年）", "恋 恋 笔 记 本 2004 年"), ("???", ""),
        ])
    func names(name: String, key: String) {
        #expect(EntityName.key(name).joined(separator: " ") == key)
        let text = "So, \(EntityName.text(name).uppercased()) it is."
        #expect(EntityName.entities([["other"], EntityName.key(name)], in: text) == (key.isEmpty ? [] : [1]))
    }

    @Test(
        "Names that are not allowed are told from words that are none",
        arguments: [
            ("The town is in Norland.", []), ("The town is in West Oria.", []),
            ("It is in West Sudania.", ["west", "sudania"]),
            ("It was 1999.", []), ("It was 11999.", ["11999"]), ("NORLAND, norland!", []),
            ("The Thecity.", ["thecity"]),
            ("西北京人", ["北 京"]), ("Norlands", ["norlands"]),
        ])
    func rules(text: String, others: [String]) {
        let texts: [(text: String, entities: [String])] = [
            ("The town is the town. It is, it is.", []), ("The town, it is. It is the one.", ["北京"]),
        ]
        let rules = NameRules(texts: texts)
        let allowed = ["Norland", "West Oria", "1999"].map(EntityName.key)
        #expect(rules.others(in: text, than: allowed).map { $0.joined(separator: " ") } == others)
    }

    @Test(
        "Relations are read as words",
        arguments: [("leaderName", "leader name"), ("LEADER_NAME", "leader name"), ("制片成本", "制片成本")])
    func relations(name: String, text: String) { #expect(GraphTriple("a", name, "b").relationText == text) }

    @Test(
        "Texts that are read exactly are written as they were, but for wide spaces",
        arguments: [
            "In 2004, Nikos's \u{201C}house\u{201D} (new) was 3.50 m.", "知道恋恋笔记本吗？2004年的。", "a  b\tc", "cafe\u{301} É",
        ])
    func exact(text: String) throws {
        let vocabulary = try SubwordTrainer.vocabulary(of: [text, text], size: 200, style: .exact)
        let read = vocabulary.text(of: vocabulary.numbers(of: text, limit: 99))
        let words = text.precomposedStringWithCanonicalMapping.split(whereSeparator: \.isWhitespace)
        #expect(read == words.joined(separator: " "))
    }
}
