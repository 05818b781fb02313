// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import TaskModels

extension IntentTrainer {
    package var identity: TrainingIdentity {
        TrainingIdentity(
            format: "autoglm-intent-checkpoint", settings: self.settings.json.serialized(), data: self.digest)
    }

    /// Subwords, intents, inputs, classes, and what a teacher says.
    private var digest: String {
        var digest = DataDigest()
        digest.read(self.model.vocabulary.pieces + self.model.labels)
        for examples in [self.training, self.development] {
            for (input, label) in zip(examples.inputs, examples.classes) {
                digest.read([label, input.turns.count])
                if !input.ngrams.isEmpty { digest.read(input.ngrams.map(Int.init)) }
                for turn in input.turns { digest.read([turn.speaker == .user ? 0 : 1] + turn.pieces.map(Int.init)) }
            }
        }
        for row in self.teacher ?? [] { digest.read(row) }
        return digest.text
    }

    package var details: [(String, String)] {
        var details = [
            ("temperature", "\(self.model.temperature.known)"),
            ("novelty_slope", "\(self.model.temperature.slope)"), ("threshold", "\(self.model.rejection.threshold)"),
        ]
        if let label = self.model.rejection.label { details.append(("out_of_scope", label)) }
        return details
    }

    package mutating func restore(_ details: [String: String], from path: String) throws {
        guard let temperature = details["temperature"].flatMap({ Float($0) }),
            let slope = details["novelty_slope"].flatMap({ Float($0) }),
            LogitTemperature.knownRange.contains(temperature), LogitTemperature.slopeRange.contains(slope),
            let threshold = details["threshold"].flatMap({ Double($0) }), (0...1).contains(threshold)
        else { throw TrainingError(.badData, "\(path): the checkpoint is damaged; begin anew.") }
        self.model.temperature = LogitTemperature(known: temperature, slope: slope)
        let other = details["out_of_scope"].flatMap { self.model.labels.contains($0) ? $0 : nil }
        self.model.rejection = Rejection(label: other, threshold: threshold)
    }
}
