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
        abstract: "Fit a cascade of intent models: dearer ones are asked only where cheaper ones are not sure enough.",
        discussion: """
            Example:
              autoglm train cascade --model student --model teacher --data dialogues/dev.jsonl --out cascade.json

            A third of the utterances says how much each model's opinion counts, two thirds by which margin the likeliest intent \
            must be ahead of the next one to be taken, so that at most --error-rate of the answers are wrong. None of the models may have learnt from the data. The step 'cascade' uses the \
            file in pipelines; 'autoglm evaluate cascade' says what it brings.

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
        if self.inputs.from != nil {
            guard self.inputs.models.isEmpty, self.inputs.data == nil, self.out == nil else {
                throw ValidationError("--from takes the place of --model, --data and --out.")
            }
        } else if self.inputs.models.count < 2 || self.inputs.data == nil || self.out == nil {
            throw ValidationError("--model at least twice, --data and --out are needed, or --from.")
        }
    }

    func run() async throws {
        if let from = self.inputs.from { return try self.fit(recordsIn: from) }
        try self.threads.withPool {
            try self.fit(self.inputs.models, data: self.inputs.data ?? "", out: self.out ?? "")
        }
    }

    private func fit(_ folders: [String], data: String, out: String) throws {
        let bar = ProgressBar()
        defer { bar.end() }
        let examples = try CascadeModels(folders, data: data, quantized: true, bar).examples
        let fitted = try FittedThreshold(examples, promising: self.promised, seed: self.seed)
        let plan = try CascadePlan(
            deciders: folders, costs: examples.meanCosts, pools: fitted.fit, threshold: fitted.point.threshold,
            promise: fitted.promise,
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
