// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// What a cascade is fitted and judged on: models and dialogues, or records.
struct CascadeInputOptions: ParsableArguments {
    @Option(name: .customLong("model"), help: "A model's folder; at least two, the cheapest first.")
    var models: [String] = []

    @Option(help: "A file of dialogues that no model has learnt from.")
    var data: String?

    @Option(help: "A file of records instead of models and data.")
    var from: String?
}
