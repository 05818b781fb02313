// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
package import LLMCore
package import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Chooses the next token of one sequence.
package struct Sampler {
    private let options: SamplingOptions
    private let topLogProbabilities: Int?
    private let kernels: Kernels
    private var generator: SeededGenerator
    private var seen: Set<Int32>
    private var candidates: [Candidate] = []

    /// A chosen token, with what was asked about its probability.
    package struct Choice {
        /// The token.
        package let token: Int32
        /// Its natural log-probability under the model's own distribution, where asked for.
        package let logProbability: Float?
        /// The most likely tokens with theirs, most likely first.
        package let top: [(token: Int32, logProbability: Float)]
    }

    private struct Candidate {
        let token: Int32
        /// The logit over the temperature, less the largest one; 0 or less.
        let score: Float
    }

    /// Prepares for one sequence.
    ///
    /// - Parameters:
    ///   - options: How to choose; already validated.
    ///   - topLogProbabilities: How many alternatives to report, or nil for no log-probabilities.
    ///   - prompt: The tokens that the repetition penalty counts as seen.
    ///   - kernels: What computes sums over the vocabulary.
    package init(
        options: SamplingOptions, topLogProbabilities: Int? = nil, prompt: [Int32] = [], kernels: Kernels = .best
    ) {
        self.options = options
        self.topLogProbabilities = topLogProbabilities
        self.kernels = kernels
        self.generator = SeededGenerator(seed: options.seed ?? .random(in: .min ... .max))
        self.seen = options.repetitionPenalty == 1 ? [] : Set(prompt)
    }

    /// Chooses a token; the logits are changed by penalties.
    ///
    /// - Parameter logits: One per token of the vocabulary, not empty.
    package mutating func sample(_ logits: UnsafeMutableBufferPointer<Float>) -> Choice {
        let probabilities = self.topLogProbabilities.map { LogProbabilities(logits, top: $0, kernels: self.kernels) }
        self.penalize(logits)
        let token = self.options.temperature == 0 ? Self.largest(logits, kernels: self.kernels) : self.draw(logits)
        if self.options.repetitionPenalty != 1 { self.seen.insert(token) }
        return Choice(
            token: token, logProbability: probabilities?.value(of: token), top: probabilities?.top ?? [])
    }

    private func penalize(_ logits: UnsafeMutableBufferPointer<Float>) {
        let penalty = self.options.repetitionPenalty
        for token in self.seen where Int(token) < logits.count {
            let logit = logits[Int(token)]
            logits[Int(token)] = logit > 0 ? logit / penalty : logit * penalty
        }
    }

    /// The token with the largest logit; of several, the first.
    static func largest(_ logits: UnsafeMutableBufferPointer<Float>, kernels: Kernels) -> Int32 {
        let maximum = kernels.table.pointee.maximum(logits.baseAddress, logits.count)
        return Int32(logits.firstIndex { $0 == maximum } ?? 0)
    }

    private mutating func draw(_ logits: UnsafeMutableBufferPointer<Float>) -> Int32 {
        let maximum = self.kernels.table.pointee.maximum(logits.baseAddress, logits.count)
        let factor = 1 / self.options.temperature
        if self.options.topP == 1, self.options.topK == nil {
            return self.drawFromAll(logits, maximum: maximum, factor: factor)
        }
        // The weight of tokens that the filters can keep is almost always within e^-10 of the most likely one's; where
        // that is not enough to fill the nucleus or the top k, look further down.
        for depth in [-10, -20, -Float.infinity] as [Float] {
            self.collect(logits, maximum: maximum, factor: factor, depth: depth)
            if let token = self.drawFromCandidates(
                logits, maximum: maximum, factor: factor, complete: depth == -.infinity)
            {
                return token
            }
        }
        return Self.largest(logits, kernels: self.kernels)
    }

    /// Draws without a sorted list: the only filter is min-p.
    private mutating func drawFromAll(
        _ logits: UnsafeMutableBufferPointer<Float>, maximum: Float, factor: Float
    ) -> Int32 {
        let floor = self.options.minP > 0 ? logf(self.options.minP) : -Float.infinity
        func weight(_ logit: Float) -> Double {
            let score = (logit - maximum) * factor
            return score >= floor ? Double(expf(score)) : 0
        }
        let total = logits.reduce(0) { $0 + weight($1) }
        var rest = Double.random(in: 0..<1, using: &self.generator) * total
        for (token, logit) in logits.enumerated() {
            rest -= weight(logit)
            if rest < 0 { return Int32(token) }
        }
        return Self.largest(logits, kernels: self.kernels)
    }

    private mutating func collect(
        _ logits: UnsafeMutableBufferPointer<Float>, maximum: Float, factor: Float, depth: Float
    ) {
        self.candidates.removeAll(keepingCapacity: true)
        for (token, logit) in logits.enumerated() {
            let score = (logit - maximum) * factor
            if score >= depth { self.candidates.append(Candidate(token: Int32(token), score: score)) }
        }
        // Equal scores keep the order of their numbers, so that a seed gives the same text everywhere.
        self.candidates.sort { $0.score != $1.score ? $0.score > $1.score : $0.token < $1.token }
    }

    /// Filters and draws; nil when the filters may reach beyond the candidates.
    private mutating func drawFromCandidates(
        _ logits: UnsafeMutableBufferPointer<Float>, maximum: Float, factor: Float, complete: Bool
    ) -> Int32? {
        var kept = self.candidates[...]
        if let topK = self.options.topK {
            if !complete, kept.count < topK, kept.count < logits.count { return nil }
            kept = kept.prefix(topK)
        }
        // Top-p is the share of what top-k left; without top-k that is the whole vocabulary.
        let whole =
            self.options.topK == nil
            ? self.kernels.table.pointee.sum_exp(logits.baseAddress, logits.count, maximum, factor)
            : kept.reduce(0) { $0 + Double(expf($1.score)) }
        var mass = 0.0
        let wanted = Double(self.options.topP) * whole
        var end = kept.startIndex
        while end < kept.endIndex, mass < wanted || end == kept.startIndex {
            mass += Double(expf(kept[end].score))
            end += 1
        }
        let nucleusIsOpen = end == kept.endIndex && mass < wanted
        if nucleusIsOpen, !complete, self.options.topK == nil { return nil }
        kept = kept[..<end]
        if self.options.minP > 0 {
            let floor = logf(self.options.minP)
            kept = kept.prefix { $0.score >= floor }
        }
        let total = kept.reduce(0) { $0 + Double(expf($1.score)) }
        var rest = Double.random(in: 0..<1, using: &self.generator) * total
        for candidate in kept {
            rest -= Double(expf(candidate.score))
            if rest < 0 { return candidate.token }
        }
        return kept.last?.token
    }
}
