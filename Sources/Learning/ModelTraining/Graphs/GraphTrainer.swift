// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
package import LLMCore
package import OrderedCollections
package import TaskModels
internal import _Differentiation

/// Trains a graph language model; the epoch that is surprised least by the development part is the best.
package struct GraphTrainer: Trainer {
    package var state: TrainingState<GraphNetwork>
    package let plan: TrainingPlan
    package let parallel: DataParallel
    package let identity: TrainingIdentity
    private let model: GraphLanguageModel
    private let settings: GraphTrainingSettings
    private let training: GraphExamples
    private let development: GraphExamples

    /// Prepares a training: the subwords and the names are those of the texts to learn from.
    ///
    /// - Parameters:
    ///   - settings: How to train.
    ///   - training: What to learn from.
    ///   - development: What epochs are judged by.
    ///   - parallel: Who trains together; all have the same settings and data.
    /// - Throws: ``TrainingError``, ``TaskModelError``; `CancellationError` when the task is cancelled.
    package init(
        _ settings: GraphTrainingSettings, training: [GraphText], development: [GraphText],
        parallel: DataParallel = DataParallel()
    ) throws {
        try settings.check()
        guard !training.isEmpty, !development.isEmpty else {
            throw TrainingError(.noData, "There is no graph to learn from, or none to judge by.")
        }
        var generator = SeededNumbers(seed: settings.seed)
        let model = try GraphLanguageModel(
            settings.model,
            vocabulary: SubwordTrainer.vocabulary(
                of: training.lazy.flatMap(\.allTexts), size: settings.vocabularySize, style: .exact),
            names: NameRules(
                texts: training.lazy.flatMap { text in
                    text.texts.map { (text: $0, entities: text.input.nodes + text.entities) }
                }), using: &generator)
        (self.model, self.settings, self.parallel) = (model, settings, parallel)
        self.training = GraphExamples(training, for: model)
        self.development = GraphExamples(development, for: model)
        self.state = TrainingState(
            model.network, weightDecay: settings.weightDecay, history: TrainingHistory(isBestByLoss: true))
        self.plan = TrainingPlan(
            examples: training.count, batch: settings.batch, epochs: settings.epochs, patience: settings.patience,
            seed: settings.seed, dropout: settings.dropout, longestGradient: settings.longestGradient,
            rate: settings.rate, warmUp: settings.warmUp)
        var digest = DataDigest()
        digest.read(model.vocabulary.pieces)
        for part in [training, development] {
            digest.read([part.count])
            for text in part { digest.read(text) }
        }
        self.identity = TrainingIdentity(
            format: "autoglm-graph-lm-checkpoint", settings: settings.json.serialized(), data: digest.text)
    }

    /// The model of the best epoch so far.
    package var best: GraphLanguageModel {
        var model = self.model
        model.network = self.state.best
        return model
    }

    package func writeBest(to folder: String) throws { try self.best.write(to: folder) }

    /// How many graphs are learnt from, and judged by.
    package var exampleCounts: (training: Int, development: Int) {
        (self.training.inputs.count, self.development.inputs.count)
    }

    /// The graphs, each with one of its texts.
    package func order(_ numbers: inout SeededNumbers) -> [(input: Int, text: Int)] {
        self.training.inputs.indices.shuffled(using: &numbers).map { input in
            (input, Int.random(in: self.training.targets[input].indices, using: &numbers))
        }
    }

    package func judged(_ onProgress: (_ done: Int, _ all: Int) -> Void) throws -> GraphEvaluation {
        var model = self.model
        model.network = self.state.weights
        return try GraphEvaluation(
            model, self.development, textsEach: 1, by: self.parallel.group, onProgress)
    }

    package mutating func step(
        _ examples: ArraySlice<(input: Int, text: Int)>, _ signals: () -> [Float]
    ) throws -> [Float] {
        let own = Array(examples)
        let sizes = own.map { self.training.size(of: $0) }
        let (dropout, network, training) = (self.state.dropout(self.plan), self.state.weights, self.training)
        let result = try self.parallel.step(
            network, costs: sizes.map { $0.text + $0.target }, weights: sizes.map(\.target), signals: signals
        ) { part in
            let batch = training.batch(own[part], after: sizes[..<part.lowerBound].reduce(.zero, +))
            return valueWithPullback(at: network) { $0.loss(batch, dropout, tagging: true) }
        }
        let pieces = sizes.reduce(0) { $0 + $1.target }
        try self.state.take(result, self.plan, weight: pieces, tokens: pieces)
        return result.signals
    }

    package func report(data: String) -> OrderedDictionary<String, JSONValue> {
        [
            "kind": "graph-lm", "settings": self.settings.json, "data": .string(data),
            "train_examples": .integer(self.training.inputs.count),
            "dev_examples": .integer(self.development.inputs.count),
            "subwords": .integer(self.best.vocabulary.pieces.count), "parameters": .integer(self.parameters),
            "best_epoch": self.history.best.map { .integer($0 + 1) } ?? .null,
            "parallel": self.parallel.json,
            "dev_loss": self.history.best.map { .number(self.history.epochs[$0].developmentLoss) } ?? .null,
            "epochs": self.history.json,
        ]
    }
}

extension GraphText {
    /// Everything that is read of it.
    var allTexts: [String] {
        self.input.context + self.input.nodes.map(EntityName.text) + self.input.triples.map(\.relationText) + self.texts
    }
}

extension DataDigest {
    /// Reads a graph with its texts.
    fileprivate mutating func read(_ text: GraphText) {
        self.read(text.input.context)
        self.read([text.input.triples.count, text.input.entities.count, text.texts.count, text.entities.count])
        for triple in text.input.triples { self.read([triple.subject, triple.relation, triple.object]) }
        self.read(text.input.entities + text.texts + text.entities)
    }
}
