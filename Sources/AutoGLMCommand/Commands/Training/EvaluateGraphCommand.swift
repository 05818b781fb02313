// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels
internal import TensorKernels

/// `autoglm evaluate graph-lm`: how good texts from graphs are.
struct EvaluateGraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph-lm",
        abstract: "Judge a model that writes from graphs by graphs and texts that it has not seen.",
        discussion: """
            Example:
              autoglm evaluate graph-lm --model writer --data graphs/test.jsonl --output json

            Prints the perplexity (a piece; ends of texts count), and of texts that the model writes: entity_recall (the share of the graph's \
            entities named by people that it names), hallucinated_entities (names a text that are neither in the input nor in what \
            people wrote) and grown_nodes. --predictions writes the texts, for other judges.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions

    @Option(help: "The model's folder.")
    var model: String

    @Option(help: "A file of graphs with texts, one in each line.")
    var data: String

    @Option(help: "How many graphs are written from; 0 measures the perplexity alone (default: all).")
    var writes: Int?

    @OptionGroup var choice: GraphWritingFlags

    @Flag(help: "Join the entities by edges that say something else: a control, which must mislead the model.")
    var shuffledEdges = false

    @Option(help: "A file for what was written, one JSON object in each line.")
    var predictions: String?

    func validate() throws {
        if let writes, writes < 0 { throw ValidationError("--writes is 0 or more.") }
    }

    func run() async throws {
        let model = try GraphLanguageModel(folder: self.model)
        var texts = try GraphTextFile.texts(path: self.data)
        if self.shuffledEdges { texts = GraphText.shufflingEdges(of: texts, seed: 1) }
        let bar = ProgressBar()
        defer { bar.end() }
        let surprise = try self.threads.withPool {
            try GraphEvaluation(model, GraphExamples(texts, for: model)) { bar.show("Reading", "Reading", $0, of: $1) }
        }
        bar.end()
        let report = try await GraphWritingReport(
            Array(texts.prefix(self.writes ?? .max)), by: model, self.choice.writing,
            threads: self.threads.threads ?? WorkerPool.availableProcessors
        ) { bar.show("Writing", "Writing", $0, of: $1) }
        bar.end()
        if let predictions { try ReplacingFile.replace(predictions, with: report.lines) }
        switch self.output.format {
        case .json:
            let json: OrderedDictionary<String, JSONValue> = [
                "perplexity": .number(surprise.perplexity), "loss": .number(surprise.loss),
                "pieces": .integer(surprise.pieces),
            ]
            try Console.json(.object(json.merging(report.json) { $1 }))
        case .text: try Console.line(self.text(surprise, report))
        }
    }

    private func text(_ surprise: GraphEvaluation, _ report: GraphWritingReport) -> String {
        let perplexity = "Perplexity \(surprise.perplexity.rounded(toPlaces: 3)) over \(surprise.pieces) pieces."
        guard !report.entries.isEmpty else { return perplexity }
        return """
            \(perplexity)
            \(report.entries.count) texts written: \((report.entityRecall * 100).rounded(toPlaces: 1)) % of the entities named, \
            \(report.inventedEach.rounded(toPlaces: 3)) names made up in a text.
            """
    }
}
