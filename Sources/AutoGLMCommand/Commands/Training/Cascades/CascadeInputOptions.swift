// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PipelineSteps

/// What a cascade is fitted and judged on: models and dialogues, or records.
struct CascadeInputOptions: ParsableArguments {
    @Option(
        name: .customLong("model"),
        help: ArgumentHelp(
            "A trained model's folder, or ask:NAME for a language model of --config; at least two, the cheapest first.",
            valueName: "folder|ask:name"))
    var models: [String] = []

    @Option(help: "A file of dialogues that no model has learnt from.")
    var data: String?

    @Option(help: "A file of records instead of models and data.")
    var from: String?

    @Option(help: "A file (autoglm.yaml) with the language models, here or elsewhere, that ask:NAME means.")
    var config: String?

    @Option(help: "A file of dialogues of which language models are shown one example of each intent.")
    var examples: String?

    @Option(
        name: .customLong("cost"),
        help: ArgumentHelp(
            "What asking a language model once costs, in multiplications with additions; once for each of them.",
            valueName: "ask:name=number"))
    var costs: [String] = []

    /// The language models, by how they are written.
    var asked: [String] { self.models.filter { IntentDecider.askedModel($0) != nil } }

    /// What asking each language model costs.
    func cost(of name: String) -> Double? {
        self.costs.compactMap { text in
            let parts = text.split(separator: "=", maxSplits: 1)
            return parts.count == 2 && parts[0] == name ? Double(parts[1]) : nil
        }.last
    }

    func validate() throws {
        if self.from != nil {
            guard self.models.isEmpty, self.data == nil else {
                throw ValidationError("--from takes the place of --model and --data.")
            }
        } else if self.models.count < 2 || self.data == nil {
            throw ValidationError("--model at least twice and --data are needed, or --from.")
        }
        if let first = self.models.first, IntentDecider.askedModel(first) != nil {
            throw ValidationError("The first --model is '\(first)'; it must be the folder of a trained model.")
        }
        guard self.asked.isEmpty || (self.config != nil && self.examples != nil) else {
            throw ValidationError(
                "'\(self.asked[0])' needs --config, which says what it is, and --examples to show it.")
        }
        for name in self.asked where (self.cost(of: name).map { $0 > 0 && $0.isFinite } ?? false) == false {
            throw ValidationError("What asking '\(name)' costs must be said, as a number above 0: --cost \(name)=2e9.")
        }
    }
}
