// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
package import LLMCore
package import OrderedCollections
internal import TaskModels

extension IntentTrainer {
    /// The training for programs: settings, data, epochs, and how good the best model is on the development part.
    ///
    /// - Parameter data: Where the data are.
    package func report(data: String) -> OrderedDictionary<String, JSONValue> {
        [
            "kind": "intent", "settings": self.settings.json, "data": .string(data),
            "train_examples": .integer(self.training.classes.count),
            "dev_examples": .integer(self.development.classes.count),
            "dev_unknown_intents": .integer(self.development.unknown),
            "intents": .integer(self.best.labels.count), "subwords": .integer(self.best.vocabulary.pieces.count),
            "ngrams": .integer(self.best.ngrams),
            "parameters": .integer(self.parameters),
            "temperature": .number(Double(self.best.temperature.known)),
            "novelty_slope": .number(Double(self.best.temperature.slope)),
            "threshold": .number(self.best.rejection.threshold),
            "best_epoch": self.history.best.map { .integer($0 + 1) } ?? .null,
            "dev_accuracy": self.history.best.map { .number(self.history.epochs[$0].accuracy) } ?? .null,
            "epochs": self.history.json, "parallel": self.parallel.json,
        ]
    }
}
