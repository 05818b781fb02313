// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelTraining
import OrderedCollections
import TaskModels
import Testing

@Suite("Writing from graphs")
struct GraphWritingTests {
    @Test("A text written piece by piece is as likely as it is when read as a whole, with the graph that grew")
    func incremental() throws {
        let model = try TinyGraphs.trained.get()
        var writing = GraphWriting()
        writing.beams = 1
        var compared = 0
        for sample in SampleGraphs.texts(12, seed: 5) {
            let written = try writing.write(model.pieces(sample.input), by: model)
            guard written.hasEnded else { continue }
            let text = GraphText(input: sample.input, texts: [written.text])
            let whole = try GraphEvaluation(model, GraphExamples([text], for: model))
            // Read as a whole, names are where they are found, and the text is in the pieces that it is read in.
            let target = model.target(written.text, for: model.pieces(sample.input))
            guard target.pieces == written.pieces else { continue }
            // Who writes finds the names itself; where it finds others, another graph grows.
            let found = target.mentions.filter(\.isFirst)
            guard found.map({ $0.pieces.upperBound + 1 }) == written.grown.map(\.pieces),
                found.map(\.node) == written.grown.map(\.node)
            else { continue }
            compared += 1
            let difference = whole.loss + written.logProbability / Double(whole.pieces)
            #expect(abs(difference) < 1e-3, "\(written)")
        }
        #expect(compared >= 6)
    }

    @Test("The graph grows by a node for each entity, which stands for the input's node of that name")
    func growth() throws {
        let model = try TinyGraphs.trained.get()
        let input = GraphInput(triples: [GraphTriple("Linka Soel", "birthPlace", "Baburg")])
        let written = try GraphWriting().write(model.pieces(input), by: model)
        #expect(
            written.hasEnded && written.text.hasSuffix(".") && written.text.contains("Linka Soel"), "\(written.text)")
        #expect(written.grown.map(\.node) == [0, 1], "\(written)")
        #expect(written.grown.allSatisfy { $0.similarities.count >= 3 && abs($0.similarities.reduce(0, +) - 1) < 1e-3 })
        let picture = GrowthPicture(input, written, by: model).svg
        let parser = XMLParserProbe(picture)
        #expect(parser.isWellFormed && picture.components(separatedBy: "class=\"frame\"").count - 1 == 4)
    }

    @Test("Held to the graph, no text names anything else, however it is drawn", arguments: [0.0, 1, 3])
    func constrained(temperature: Float) throws {
        let model = try TinyGraphs.trained.get()
        var (writing, invented) = (GraphWriting(), 0)
        (writing.isConstrained, writing.temperature, writing.maxPieces) = (true, temperature, 40)
        for (index, sample) in SampleGraphs.texts(15, seed: 6).enumerated() {
            writing.seed = UInt64(index)
            let input = model.pieces(sample.input)
            let written = try writing.write(input, by: model)
            let others = model.names.others(in: written.text, than: model.allowedNames(input))
            #expect(others.isEmpty, "\(written.text): \(others)")
            var free = writing
            free.isConstrained = false
            let text = try free.write(input, by: model).text
            invented += model.names.others(in: text, than: model.allowedNames(input)).count
        }
        // What is held back is there without it: the model does make up names where it is drawn at random.
        #expect(temperature < 3 || invented > 0)
    }

    @Test("Edges that say something else mislead a model")
    func shuffled() throws {
        let model = try TinyGraphs.trained.get()
        let texts = SampleGraphs.texts(40, seed: 7)
        let right = try GraphEvaluation(model, GraphExamples(texts, for: model))
        let wrong = try GraphEvaluation(model, GraphExamples(GraphText.shufflingEdges(of: texts, seed: 1), for: model))
        #expect(wrong.perplexity > 1.2 * right.perplexity, "\(right.perplexity), \(wrong.perplexity)")
    }

    @Test("What was written is judged by the entities that it names")
    func report() async throws {
        let model = try TinyGraphs.trained.get()
        let texts = SampleGraphs.texts(20, seed: 8)
        let report = try await GraphWritingReport(texts, by: model, GraphWriting(), threads: 2) { _, _ in }
        #expect(report.entries.count == 20 && report.entityRecall > 0.5 && report.entityRecall <= 1, "\(report.json)")
        #expect(report.grownEach > 1 && report.inventedEach < 3)
        let lines = report.lines.split(separator: "\n")
        #expect(lines.count == 20)
        let line = try JSONValue(parsing: Array(lines[0].utf8))
        #expect(line["references"] == .array(texts[0].texts.map { .string($0) }))
    }

    @Test("A graph with nothing in it, or with everything, does no harm")
    func extremes() throws {
        let model = try TinyGraphs.trained.get()
        let long = String(repeating: "Xanadu \u{4F60} ", count: 200)
        for input in [
            GraphInput(triples: []), GraphInput(triples: [GraphTriple("\u{2581}", "", "\u{1F4A5}")]),
            GraphInput(context: [long], triples: [GraphTriple(long, long, long)]),
            GraphInput(triples: (0..<300).map { GraphTriple("Town \($0)", "country", "Country \($0 % 7)") }),
            GraphInput(triples: [GraphTriple("Same", "country", "Same")], entities: ["Same", "Same"]),
        ] {
            for isConstrained in [false, true] {
                var writing = GraphWriting()
                (writing.isConstrained, writing.maxPieces, writing.beams) = (isConstrained, 20, 2)
                let written = try writing.write(model.pieces(input), by: model)
                #expect(written.pieces.count <= 20 + 40)
            }
        }
    }
}

/// Reads XML, and says whether it is some.
private final class XMLParserProbe {
    let isWellFormed: Bool

    init(_ text: String) {
        var depth = 0
        var isRight = true
        // Tags as they are nested; the pictures have neither comments nor CDATA.
        for part in text.split(separator: "<") {
            guard let end = part.firstIndex(of: ">") else {
                isRight = false
                break
            }
            if part.hasPrefix("/") { depth -= 1 } else if part[..<end].last != "/" { depth += 1 }
            if depth < 0 || part[part.index(after: end)...].contains(">") { isRight = false }
        }
        self.isWellFormed = isRight && depth == 0
    }
}
