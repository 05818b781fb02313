// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import ArgumentParser
internal import InferenceEngine
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

/// `autoglm train cascade`: from which margin a cheap model's answer is taken.
struct TrainCascadeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cascade",
        abstract:
            "Fit a cascade of intent models and language models: dearer ones are asked only where cheaper ones are not sure enough.",
        discussion: """
            Example:
              autoglm train cascade --model student --model teacher --data dialogues/dev.jsonl --out cascade.json
              autoglm train cascade --model student --model ask:local --model ask:remote --config autoglm.yaml \\
                --examples dialogues/train.jsonl --cost ask:local=2e9 --cost ask:remote=1e11 --data dialogues/dev.jsonl --out cascade.json

            A third of the utterances says how much each model's opinion counts, two thirds by which margin the likeliest intent \
            must be ahead of the next one to be taken, so that at most --error-rate of the answers are wrong. None of the models may have learnt from the data. The step 'cascade' uses the \
            file in pipelines; 'autoglm evaluate cascade' says what it brings.

            ask:NAME is a language model of --config, here or elsewhere: one that scores choices says how likely each intent is after an \
            example of each, another writes the intent. What they are shown goes into the file; `run --config` needs models of these names.

            --from takes records of any deciders instead, as 'autoglm evaluate cascade' describes them, and prints from which score the \
            answer of each but the last is taken, such as 'confidence' of a cascade of language models in autoglm.yaml.
            """)

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ComputeOptions
    @OptionGroup var inputs: CascadeInputOptions
    @OptionGroup var promised: PromiseOptions

    @Option(help: "The file for the cascade.")
    var out: String?

    @Option(help: "What chance depends on.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (self.inputs.from == nil) == (self.out != nil) else {
            throw ValidationError("--out names the file for a cascade of --model; with --from there is none.")
        }
    }

    func run() async throws {
        if let from = self.inputs.from { return try self.fit(recordsIn: from) }
        try await self.threads.withWaitingPool { try await self.fit(out: self.out ?? "") }
    }

    private func fit(out: String) async throws {
        let bar = ProgressBar()
        defer { bar.end() }
        let models = try await CascadeModels(self.inputs, quantized: true, bar)
        let examples = models.examples
        let fitted = try FittedThreshold(examples, promising: self.promised, seed: self.seed)
        let plan = try CascadePlan(
            deciders: models.names, details: models.details, costs: examples.meanCosts, pools: fitted.fit,
            threshold: fitted.point.threshold, promise: fitted.promise,
            usualScores: fitted.records.prefix(CascadePlan.mostUsualScores).map { $0.stages[0].score })
        try ReplacingFile.replace(out, with: plan.json.serialized() + "\n")
        try self.tell(
            fitted, plan.json.objectValue ?? [:],
            "\(out): an intent is taken where it is \(Self.text(plan.threshold)) likelier than the next one.")
    }

    private func fit(recordsIn path: String) throws {
        let answers = try RecordedAnswers(CascadeRecordFile.read(path))
        let fitted = try FittedThreshold(answers, promising: self.promised, seed: self.seed)
        let scores = answers.leastScores(of: fitted.point.threshold, by: fitted.fit)
        let json: OrderedDictionary<String, JSONValue> = [
            "scores": .array(scores.map { $0.map { .number($0) } ?? .null }), "promise": fitted.promise.json,
        ]
        let said = scores.enumerated().map { "\($1.map(Self.text) ?? "no score") (decider \($0 + 1))" }
        try self.tell(fitted, json, "Answers are taken from these scores on: \(said.joined(separator: ", ")).")
    }

    private static func text(_ number: Double) -> String { "\(number.rounded(toPlaces: 4))" }

    private func tell(
        _ fitted: FittedThreshold<some CascadeMaterial>, _ json: OrderedDictionary<String, JSONValue>, _ said: String
    ) throws {
        switch self.output.format {
        case .json:
            var json = json
            json["accuracy"] = .number(fitted.accuracy)
            json["cost"] = .number(fitted.cost)
            json["examples"] = .integer(fitted.records.count)
            try Console.json(.object(json))
        case .text:
            try Console.line(
                """
                \(said) On the \(fitted.records.count) examples by which that was found, \(Self.text(fitted.accuracy * 100)) % are right at \
                \(Self.text(fitted.cost * 100)) % of the last one's cost; promised are at most \(Self.text(fitted.promise.errorRate * 100)) % \
                errors.
                """)
        }
    }
}
