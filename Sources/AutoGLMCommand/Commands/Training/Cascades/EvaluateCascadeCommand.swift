// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import ArgumentParser
internal import InferenceEngine
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

/// `autoglm evaluate cascade`: what asking dearer models only where it helps brings.
struct EvaluateCascadeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade",
        abstract: "Judge a cascade of deciders against static rules, by many random splits of a file.",
        discussion: """
            Example:
              autoglm evaluate cascade --model student --model teacher --data dialogues/test.jsonl --drawing frontier.svg
              autoglm evaluate cascade --model student --model ask:local --model ask:remote --config autoglm.yaml \\
                --examples dialogues/train.jsonl --cost ask:local=2e9 --cost ask:remote=1e11 --data dialogues/test.jsonl

            In each split a fifth of the utterances says how much each model's opinion counts, two fifths from which margin between the two \
            likeliest intents an answer is taken, and the last two fifths judge. Costs are multiplications with additions, as shares of what the last model takes for all. JSON \
            has cascade_accuracy, cascade_accuracy_drop (below the last model's), cascade_cost, kept_share (splits in which the promise was \
            kept; where no threshold promises it, the one with the fewest errors is taken), least_advantage (over the best static rules, over all costs), frontier and static; with --latency, milliseconds as well.

            --records writes what each model said of each utterance. --from judges such a file instead, whoever decided, language models and \
            people included: in each line {"stages": [{"score": 0.9, "right": true, "cost": 1}, …]}, the cheapest first.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions
    @OptionGroup var inputs: CascadeInputOptions
    @OptionGroup var promised: PromiseOptions

    @Option(help: "A file for the records of the models.")
    var records: String?

    @Option(help: "A file for a picture of accuracies and costs (SVG).")
    var drawing: String?

    @Option(help: "How often the file is split anew.")
    var splits = 200

    @Option(help: "What chance depends on.")
    var seed: UInt64 = 1

    @Flag(help: "Judge models with layers in 8 bits, as they are served.")
    var quantized = false

    @Flag(help: "Also measure how long single utterances take, on one thread.")
    var latency = false

    func validate() throws {
        guard (1...100_000).contains(self.splits) else { throw ValidationError("--splits lies from 1 to 100,000.") }
        guard self.inputs.from == nil || (self.records == nil && !self.latency) else {
            throw ValidationError("--from takes the place of --model, --data, --records and --latency.")
        }
    }

    func run() async throws { try await self.threads.withWaitingPool(self.evaluate) }

    private func evaluate() async throws {
        let bar = ProgressBar()
        defer { bar.end() }
        if let from = self.inputs.from {
            let answers = try RecordedAnswers(CascadeRecordFile.read(from))
            let names = (1...answers.stages).map { "decider \($0)" }
            return try self.judge(answers, names, times: nil, bar)
        }
        let models = try await CascadeModels(self.inputs, quantized: self.quantized, bar)
        if let records {
            let lines = models.examples.recordsAlone(of: 0..<models.examples.count).map { $0.json.serialized() + "\n" }
            try ReplacingFile.replace(records, with: lines.joined())
        }
        let times = self.latency ? try await CascadeLatency(models, promising: self.promised, seed: self.seed) : nil
        try self.judge(models.examples, self.inputs.models.map { FilePath.name(of: $0) }, times: times, bar)
    }

    private func judge(
        _ material: some CascadeMaterial, _ names: [String], times: CascadeLatency?, _ bar: ProgressBar
    ) throws {
        var generator = SeededGenerator(seed: self.seed)
        let judged = CascadeSplit.Parts(material.count, using: &generator).judged.count
        let promise = try self.promised.promise(for: material, part: judged, next: max(1, judged))
        let study = try CascadeStudy(material, promising: promise, splits: self.splits, using: &generator) {
            bar.show("Splitting", "Splitting", $0, of: $1)
        }
        bar.end()
        if let drawing {
            let title = "\(names.joined(separator: ", ")): \(material.count) examples, mean of \(self.splits) splits"
            try ReplacingFile.replace(drawing, with: FrontierPicture(study, title: title, models: names).svg)
        }
        let report = CascadeReport(study: study, names: names, examples: material.count, times: times)
        switch self.output.format {
        case .json: try Console.json(report.json)
        case .text: for line in report.lines { try Console.line(line) }
        }
    }
}
