// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// What a model of our own is to write about, where it writes from graphs.
struct GraphFlags: ParsableArguments {
    @Option(
        help: """
            Write from the graph in this JSON file with a model of 'autoglm train graph-lm': [[subject, relation, object], …], or an object \
            with "triples" and perhaps "context" and "entities".
            """)
    var graph: String?

    @OptionGroup var choice: GraphWritingFlags

    @Option(help: "Draw how the graph grew while the text was written (SVG).")
    var drawing: String?

    func validate() throws {
        if self.graph == nil, self.choice.constrained || self.drawing != nil {
            throw ValidationError("--constrained and --drawing need --graph.")
        }
    }

    /// Writes from a graph.
    ///
    /// - Parameters:
    ///   - path: The graph's file.
    ///   - folder: The model's.
    ///   - writing: How a text is chosen.
    func write(
        _ path: String, by folder: String, _ writing: GraphWriting, _ format: OutputFormat
    ) throws {
        let (model, input) = try (GraphLanguageModel(folder: folder), GraphTextFile.input(path: path))
        let written = try writing.write(model.pieces(input), by: model)
        if let drawing {
            try ReplacingFile.replace(drawing, with: GrowthPicture(input, written, by: model).svg)
        }
        switch format {
        case .text: try Console.line(written.text)
        case .json:
            try Console.json([
                "text": .string(written.text), "finish_reason": .string(written.hasEnded ? "stop" : "length"),
                "tokens": .integer(written.pieces.count), "log_probability": .number(written.logProbability),
                "grown_nodes": .array(
                    written.grown.map { node in
                        .object([
                            "name": .string(node.name), "after_tokens": .integer(node.pieces),
                            "entity": node.node.map { .string(input.nodes[$0]) } ?? .null,
                        ])
                    }),
            ])
        }
    }
}
