// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import TensorKernels
package import TokenConstraints

/// Chooses the next token of one sequence.
///
/// Its state is that of the tokens it chose: a position of the sequence that was never sampled leaves no trace. Memory
/// is kept from token to token.
package struct Sampler {
    let options: SamplingOptions
    var scan: LogitScan
    var generator: SeededGenerator
    var candidates = CandidateList()
    /// Sums over parts of the vocabulary.
    var sums: [Double] = []
    /// Mirostat's border, in bits.
    var border: Double
    private var probabilities: LogProbabilities?
    private var history: TokenHistory?
    private var repetition: SequenceRepetition?
    /// Logits to put back, the last change last.
    private var changes: [(token: Int, logit: Float)] = []

    /// A chosen token, with what was asked about its probability.
    package struct Choice {
        /// The token.
        package let token: Int32
        /// Its natural log-probability under the model's own distribution, where asked for.
        package let logProbability: Float?
        /// The most likely tokens with theirs, most likely first.
        package let top: [(token: Int32, logProbability: Float)]
    }

    /// Prepares for one sequence.
    ///
    /// - Parameters:
    ///   - options: How to choose; already validated.
    ///   - topLogProbabilities: How many alternatives to report, or nil for no log-probabilities.
    ///   - prompt: The tokens that penalties count as seen.
    ///   - breakers: The tokens of the texts that DRY does not look across.
    ///   - kernels: What computes sums over the vocabulary.
    package init(
        options: SamplingOptions, topLogProbabilities: Int? = nil, prompt: [Int32] = [],
        breakers: SequenceBreakers = .none, kernels: Kernels = .best
    ) {
        self.options = options
        self.scan = LogitScan(kernels: kernels)
        self.generator = SeededGenerator(seed: options.seed ?? .random(in: .min ... .max))
        self.border = 2 * Double(options.mirostat?.tau ?? 0)
        self.probabilities = topLogProbabilities.map { LogProbabilities(top: $0, kernels: kernels) }
        let counts = options.repetitionPenalty != 1 || options.presencePenalty != 0 || options.frequencyPenalty != 0
        if let dry = options.dry, dry.isActive {
            self.repetition = SequenceRepetition(dry, breakers: breakers, prompt: prompt)
        }
        if counts || self.repetition != nil {
            self.history = TokenHistory(prompt: prompt, window: counts ? options.penaltyWindow : 0)
        }
    }

    /// Chooses a token and takes it as the next of the sequence.
    ///
    /// - Parameters:
    ///   - logits: One per token of the vocabulary, not empty; changed meanwhile, and put back but for not-a-number, which
    ///     may become minus infinity, and for what the mask does not allow, which does.
    ///   - mask: The tokens to choose from, not empty; nil allows all. Log-probabilities are the model's own.
    package mutating func sample(_ logits: UnsafeMutableBufferPointer<Float>, mask: TokenMask? = nil) -> Choice {
        self.probabilities?.read(logits)
        if let mask { mask.ban(in: logits) }
        self.bias(logits)
        self.penalize(logits)
        self.penalizeRepetition(logits)
        var token = self.choose(logits)
        while let change = self.changes.popLast() { logits[change.token] = change.logit }
        // Where biases leave nothing of what is allowed, the constraint is kept and they are not.
        if let mask, !mask.contains(token) { token = mask.best(of: logits) ?? token }
        self.take(token)
        return Choice(
            token: token, logProbability: self.probabilities?.value(of: logits[Int(token)]),
            top: self.probabilities?.top ?? [])
    }

    /// Takes a token as the next of the sequence that was not chosen here.
    package mutating func take(_ token: Int32) {
        self.history?.append(token)
        if let history = self.history { self.repetition?.appended(to: history.tokens) }
    }

    /// Changes a logit until the token is chosen.
    mutating func set(_ token: Int, to logit: Float, in logits: UnsafeMutableBufferPointer<Float>) {
        self.changes.append((token, logits[token]))
        logits[token] = logit
    }

    private mutating func bias(_ logits: UnsafeMutableBufferPointer<Float>) {
        for (token, bias) in self.options.logitBias where logits.indices.contains(token) {
            self.set(token, to: bias > -100 ? logits[token] + bias : -.infinity, in: logits)
        }
    }

    private mutating func penalize(_ logits: UnsafeMutableBufferPointer<Float>) {
        guard let counts = self.history?.counts else { return }
        for count in counts where logits.indices.contains(Int(count.token)) {
            var logit = logits[Int(count.token)]
            logit = logit > 0 ? logit / self.options.repetitionPenalty : logit * self.options.repetitionPenalty
            if count.generated > 0 {
                logit -= self.options.presencePenalty + self.options.frequencyPenalty * Float(count.generated)
            }
            self.set(Int(count.token), to: logit, in: logits)
        }
    }

    private mutating func penalizeRepetition(_ logits: UnsafeMutableBufferPointer<Float>) {
        guard let tokens = self.history?.tokens, var repetition = self.repetition else { return }
        self.repetition = nil  // One owner, so that its memory is not copied.
        repetition.penalties(after: tokens) { token, penalty in
            guard logits.indices.contains(Int(token)) else { return }
            self.set(Int(token), to: logits[Int(token)] - penalty, in: logits)
        }
        self.repetition = repetition
    }
}
