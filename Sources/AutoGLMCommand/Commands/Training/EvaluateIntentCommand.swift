// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFiles
internal import ModelTraining
internal import OrderedCollections
internal import TaskModels

/// `autoglm evaluate intent`: how often an intent model is right.
struct EvaluateIntentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intent",
        abstract: "Judge an intent model by dialogues that it has not seen.",
        discussion: """
            Example:
              autoglm evaluate intent --model intents --data dialogues/test.jsonl --output json

            Utterances whose intent the model has not learnt are left out, and counted. JSON has accuracy, macro_f1, ece (the expected \
            calibration error) and each intent's precision, recall and F1; where an intent stands for everything else, also \
            how much of that is rejected.
            """)

    /// The most utterances that are timed.
    private static let timedUtterances = 2000

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions

    @Option(help: "The model's folder.")
    var model: String

    @Option(help: "A file of dialogues, one in each line.")
    var data: String

    @Option(help: "A file for each utterance's probabilities, one JSON object in each line.")
    var predictions: String?

    @Flag(help: "Judge the model with layers in 8 bits, as it is served.")
    var quantized = false

    @Flag(help: "Also measure how long a single utterance takes, on one thread.")
    var latency = false

    func run() async throws {
        try self.threads.withPool { try self.evaluate() }
    }

    private func evaluate() throws {
        var model = try IntentModel(folder: self.model)
        if self.quantized { model = model.quantized() }
        let examples = try IntentExamples(path: self.data, for: model)
        let bar = ProgressBar()
        defer { bar.end() }
        let result = try IntentEvaluation(model, examples) { bar.show("Judging", "Judging", $0, of: $1) }
        bar.end()
        let report = result.report
        if let predictions { try self.write(result, model, to: predictions) }
        switch self.output.format {
        case .json:
            var json = report.json
            json["loss"] = .number(result.loss)
            json["unknown_intents"] = .integer(examples.unknown)
            if let rejection = result.rejectionReport {
                json["in_scope_accuracy"] = .number(rejection.inScopeAccuracy)
                json["out_of_scope_recall"] = .number(rejection.outOfScopeRecall)
                json["out_of_scope_precision"] = .number(rejection.outOfScopePrecision)
            }
            json["size_bytes"] = .integer(FilePath.size("\(self.model)/model.safetensors") ?? 0)
            if let times = self.times(model, examples) {
                (json["latency_p50_ms"], json["latency_p99_ms"]) = (.number(times.median), .number(times.tail))
            }
            try Console.json(.object(json))
        case .text:
            try Console.write(self.text(report, examples.unknown))
            if let rejection = result.rejectionReport {
                func percent(_ share: Double) -> Double { (share * 1000).rounded() / 10 }
                try Console.line(
                    "Below a probability of \(model.rejection.threshold) nothing is believed: \(percent(rejection.inScopeAccuracy)) % in scope are right, "
                        + "\(percent(rejection.outOfScopeRecall)) % of everything else is rejected.")
            }
            if let times = self.times(model, examples) {
                try Console.line(
                    "A single utterance takes \(times.median) ms in the median, P99 \(times.tail) ms, on one thread.")
            }
        }
    }

    private func write(_ result: IntentEvaluation, _ model: IntentModel, to path: String) throws {
        let lines = zip(result.probabilities, result.classes).map { row, right -> String in
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            return JSONValue.object([
                "intent": .string(model.labels[best]), "right": .string(model.labels[right]),
                "probabilities": .array(row.map { .number($0) }),
            ]).serialized() + "\n"
        }
        try ReplacingFile.replace(path, with: lines.joined())
    }

    /// How long utterances take one by one; nil where nobody asks.
    private func times(_ model: IntentModel, _ examples: IntentExamples) -> IntentLatency? {
        self.latency ? IntentLatency(model, examples.inputs.prefix(Self.timedUtterances)) : nil
    }

    private func text(_ report: ClassificationReport, _ unknown: Int) -> String {
        func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
        let width = report.classes.map(\.label.count).max() ?? 0
        let rows = report.classes.filter { $0.support > 0 }.sorted { $0.f1 < $1.f1 }.map { entry in
            "  \(entry.label.padding(width))  F1 \(percent(entry.f1).padding(7))  precision \(percent(entry.precision).padding(7))  "
                + "recall \(percent(entry.recall).padding(7))  of \(entry.support)"
        }
        return """
            \(report.count) utterances: accuracy \(percent(report.accuracy)), macro F1 \(percent(report.macroF1)), calibration error \
            \(percent(report.calibrationError))\(unknown > 0 ? "; \(unknown) have an intent that was not learnt" : "").
            \(rows.joined(separator: "\n"))

            """
    }
}

extension String {
    /// The text with spaces behind it.
    fileprivate func padding(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.count))
    }
}
