// SPDX-License-Identifier: Apache-2.0

/// What of an epoch is done.
struct TrainingPosition: Equatable {
    var step = 0
    /// The sum of the losses of what was read, in nats, each as often as it counts.
    var loss = 0.0
    /// How much the losses count together.
    var weight = 0
    var tokens = 0
    var seconds = 0.0

    /// How many pieces were read a second.
    var tokensPerSecond: Double { self.seconds > 0 ? Double(self.tokens) / self.seconds : 0 }

    /// The mean loss so far, in nats.
    var meanLoss: Double { self.loss / Double(max(1, self.weight)) }

    /// Begins an epoch.
    init() {}

    /// The position as checkpoints have it.
    var text: String { "\(self.step) \(self.loss) \(self.weight) \(self.tokens) \(self.seconds)" }

    /// Reads a position; nil where it is none.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 5, let step = Int(parts[0]), let loss = Double(parts[1]), let weight = Int(parts[2]),
            let tokens = Int(parts[3]), let seconds = Double(parts[4]), step >= 0, (0...1 << 40).contains(tokens),
            (0...1 << 40).contains(weight), loss.isFinite, seconds.isFinite, step == 0 || seconds > 1e-6
        else { return nil }
        (self.step, self.loss, self.weight, self.tokens, self.seconds) = (step, loss, weight, tokens, seconds)
    }
}
