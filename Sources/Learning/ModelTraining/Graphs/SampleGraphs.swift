// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import OrderedCollections
internal import TaskModels

/// Graphs of a small world with texts that say what is in them, to try training with: people, where they were born, what they do, and where
/// the towns are.
package enum SampleGraphs {
    private static let syllables = [
        "ba", "dor", "el", "fin", "gra", "ho", "jun", "ka", "lin", "mo", "nes", "or", "pal", "ri", "so", "tur",
    ]
    private static let work = ["painter", "baker", "pilot", "nurse", "miner", "singer"]
    private static let countries = ["Norland", "Sudania Minor", "West Oria", "Ostia", "Kelmark"]
    private static let sayings = [
        "birthPlace": ["{s} was born in {o}", "{s} comes from {o}"],
        "occupation": ["{s} is a {o}", "{s} works as a {o}"],
        "birthYear": ["{s} was born in the year {o}", "{o} is the year in which {s} was born"],
        "country": ["{s} is a town in {o}", "{o} is the country of {s}"],
        "mayor": ["{o} is the mayor of {s}", "the mayor of {s} is {o}"],
    ]

    /// So many graphs, the same for the same seed.
    package static func texts(_ count: Int, seed: UInt64) -> [GraphText] {
        var generator = SeededNumbers(seed: seed)
        return (0..<count).map { _ in Self.text(&generator) }
    }

    private static func text(_ generator: inout SeededNumbers) -> GraphText {
        let (person, town) = (self.name(&generator) + " " + self.name(&generator), self.name(&generator) + "burg")
        let all = [
            GraphTriple(person, "birthPlace", town),
            GraphTriple(person, "occupation", self.pick(self.work, &generator)),
            GraphTriple(person, "birthYear", "\(Int.random(in: 1700...1999, using: &generator))"),
            GraphTriple(town, "country", self.pick(self.countries, &generator)),
            GraphTriple(town, "mayor", self.name(&generator) + " " + self.name(&generator)),
        ]
        let triples = Array(all.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator)))
        let texts = (0..<2).map { _ in
            triples.shuffled(using: &generator).map { self.sentence($0, &generator) }.joined(separator: " ")
        }
        return GraphText(input: GraphInput(triples: triples), texts: texts)
    }

    private static func sentence(_ triple: GraphTriple, _ generator: inout SeededNumbers) -> String {
        let pattern = self.pick(self.sayings[triple.relation] ?? [], &generator)
        let text = pattern.replacing("{s}", with: triple.subject).replacing("{o}", with: triple.object)
        return self.begun(text) + "."
    }

    private static func name(_ generator: inout SeededNumbers) -> String {
        self.begun(self.pick(self.syllables, &generator) + self.pick(self.syllables, &generator))
    }

    /// The text with a large letter at its beginning.
    private static func begun(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private static func pick(_ texts: [String], _ generator: inout SeededNumbers) -> String {
        texts.randomElement(using: &generator) ?? ""
    }
}

extension GraphText {
    /// The graph with its texts as a line of a data file.
    package var line: String {
        JSONValue.object([
            "triples": .array(
                self.input.triples.map { [.string($0.subject), .string($0.relation), .string($0.object)] }),
            "texts": .array(self.texts.map { .string($0) }),
        ]).serialized()
    }
}
