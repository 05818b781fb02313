// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import TaskModels

/// A graph, and texts that say what is in it.
package struct GraphText: Sendable {
    /// What is to be written about.
    package var input: GraphInput
    /// Texts, each of which says all of it.
    package var texts: [String]
    /// Entities in the texts that are not in the graph, where they are known.
    package var entities: [String]

    /// Puts a graph and its texts together.
    package init(input: GraphInput, texts: [String], entities: [String] = []) {
        (self.input, self.texts, self.entities) = (input, texts, entities)
    }

    /// Reads a line of a data file, which gives one or more of them:
    /// `{"triples": [[s, p, o], …], "texts": […]}`, perhaps with `context` and `entities`;
    /// a conversation, `{"turns": [{"text": …, "triples": […]}, …]}`, of which each turn with triples is one, with the two turns before it;
    /// a document, `{"sentences": […], "entities": [{"name": …}], "relations": [[entity, property, entity], …]}`, of which all but the first
    /// sentence is to be written.
    ///
    /// - Parameter relations: What properties of documents are called.
    /// - Throws: ``TrainingError`` with code `.badData`.
    static func texts(_ json: JSONValue, relations: [String: String]) throws -> [Self] {
        if let turns = json["turns"]?.arrayValue { return try self.turns(turns) }
        if json["sentences"] != nil { return [try self.document(json, relations)] }
        let texts = try self.strings(json["texts"], "texts")
        guard !texts.isEmpty else { throw TrainingError(.badData, "'texts' is empty.") }
        return [Self(input: try GraphInput(json: json), texts: texts)]
    }

    private static func turns(_ turns: [JSONValue]) throws -> [Self] {
        let texts = try turns.map { turn in
            guard let text = turn["text"]?.stringValue else { throw TrainingError(.badData, "A turn has no 'text'.") }
            return text
        }
        return try turns.enumerated().compactMap { index, turn in
            guard turn["triples"]?.arrayValue?.isEmpty == false else { return nil }
            var input = try GraphInput(json: turn)
            input.context = Array(texts[max(0, index - 2)..<index])
            return Self(input: input, texts: [texts[index]])
        }
    }

    private static func document(_ json: JSONValue, _ relations: [String: String]) throws -> Self {
        let sentences = try self.strings(json["sentences"], "sentences").map(self.spaced)
        guard let entities = json["entities"]?.arrayValue, let edges = json["relations"]?.arrayValue,
            sentences.count > 1
        else { throw TrainingError(.badData, "A document has two 'sentences' at least, 'entities' and 'relations'.") }
        let names = entities.compactMap { $0["name"]?.stringValue }.map(self.spaced)
        let triples = try edges.map { edge in
            guard let parts = edge.arrayValue, parts.count == 3, let subject = parts[0].integerValue,
                let object = parts[2].integerValue, let property = parts[1].stringValue,
                names.indices.contains(subject), names.indices.contains(object)
            else { throw TrainingError(.badData, "A relation is [entity, property, entity], and \(edge) is not.") }
            return GraphTriple(names[subject], relations[property] ?? property, names[object])
        }
        let input = GraphInput(context: [sentences[0]], triples: triples)
        let known = Set(input.nodes)
        return Self(
            input: input, texts: [sentences.dropFirst().joined(separator: " ")],
            entities: names.filter { !known.contains($0) })
    }

    static func strings(_ json: JSONValue?, _ name: String) throws -> [String] {
        guard let entries = json?.arrayValue, case let texts = entries.compactMap(\.stringValue),
            texts.count == entries.count
        else { throw TrainingError(.badData, "'\(name)' is no list of texts.") }
        return texts
    }

    /// A sentence whose words lie apart, as it is written.
    private static func spaced(_ text: String) -> String {
        var result = ""
        for word in text.split(separator: " ") {
            let isClosing = word.count <= 2 && word.allSatisfy { ",.;:!?)]%".contains($0) } || word.hasPrefix("'")
            if !result.isEmpty, !isClosing, result.last != "(", result.last != "[" { result += " " }
            result += word
        }
        return result
    }
}

extension GraphInput {
    /// Reads `triples`, and where they are there `context` and `entities`, of an object.
    ///
    /// - Throws: ``TrainingError`` with code `.badData`.
    package init(json: JSONValue) throws {
        guard let triples = json["triples"]?.arrayValue else {
            throw TrainingError(.badData, "'triples' is no list of [subject, relation, object].")
        }
        self.init(
            context: try json["context"].map { try GraphText.strings($0, "context") } ?? [],
            triples: try triples.map(Self.triple),
            entities: try json["entities"].map { try GraphText.strings($0, "entities") } ?? [])
    }

    private static func triple(_ json: JSONValue) throws -> GraphTriple {
        let parts = json.arrayValue?.compactMap(\.stringValue) ?? []
        guard parts.count == 3, json.arrayValue?.count == 3, !parts[0].isEmpty, !parts[2].isEmpty else {
            throw TrainingError(.badData, "A triple is [subject, relation, object], three texts, and \(json) is not.")
        }
        return GraphTriple(parts[0], parts[1], parts[2])
    }
}
