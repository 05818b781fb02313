// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore

/// The distribution that sampling options ask for, computed the plain way in double precision.
struct ReferenceDistribution {
    var options: SamplingOptions
    var prompt: [Int32] = []
    var breakers: [[Int32]] = []

    /// The probability of each token after `generated`; all zero where no token has a finite logit.
    func probabilities(_ logits: [Float], after generated: [Int32] = []) -> [Double] {
        let logits = self.adjusted(logits, after: generated)
        if self.options.temperature == 0 {
            let best = logits.indices.max { (logits[$0], $1) < (logits[$1], $0) }
            return logits.indices.map { $0 == best ? 1 : 0 }
        }
        guard let xtc = self.options.xtc else { return self.drawn(logits, from: self.kept(logits)) }
        let kept = self.kept(logits)
        let (plain, excluded) = (self.drawn(logits, from: kept), self.drawn(logits, from: self.excluding(kept, logits)))
        let chance = Double(xtc.probability)
        return zip(plain, excluded).map { (1 - chance) * $0 + chance * $1 }
    }

    /// The tokens that the filters keep, in the order in which they are kept.
    func kept(_ logits: [Double]) -> [Int] {
        var kept = logits.indices.filter { logits[$0] > -.infinity }.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
        if let topK = self.options.topK { kept = Array(kept.prefix(topK)) }
        if self.options.typicalP < 1 {
            let shares = Self.softmax(logits, kept)
            let entropy = shares.values.reduce(0) { $0 - $1 * log($1) }
            func distance(_ token: Int) -> Double { abs(-log(shares[token, default: 0]) - entropy) }
            kept = Self.prefix(
                kept.sorted { (distance($0), $0) < (distance($1), $1) }, shares, Double(self.options.typicalP))
        }
        if self.options.topP < 1 {
            kept.sort { (-logits[$0], $0) < (-logits[$1], $1) }
            kept = Self.prefix(kept, Self.softmax(logits, kept), Double(self.options.topP))
        }
        if self.options.minP > 0, let highest = kept.map({ logits[$0] }).max() {
            kept = kept.filter { logits[$0] >= highest + log(Double(self.options.minP)) }
        }
        return kept.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
    }

    private func excluding(_ kept: [Int], _ logits: [Double]) -> [Int] {
        let shares = Self.softmax(logits, kept)
        let top = kept.prefix { shares[$0, default: 0] >= Double(self.options.xtc?.threshold ?? 1) }
        return Array(kept.dropFirst(max(0, top.count - 1)))
    }

    private func drawn(_ logits: [Double], from kept: [Int]) -> [Double] {
        let shares = Self.softmax(logits.map { $0 / Double(self.options.temperature) }, kept)
        return logits.indices.map { shares[$0, default: 0] }
    }

    private static func prefix(_ tokens: [Int], _ shares: [Int: Double], _ target: Double) -> [Int] {
        var (sum, kept) = (0.0, [Int]())
        for token in tokens where sum < target {
            sum += shares[token, default: 0]
            kept.append(token)
        }
        return kept
    }

    private static func softmax(_ logits: [Double], _ tokens: [Int]) -> [Int: Double] {
        guard let highest = tokens.map({ logits[$0] }).max() else { return [:] }
        let sum = tokens.reduce(0) { $0 + exp(logits[$1] - highest) }
        return Dictionary(uniqueKeysWithValues: tokens.map { ($0, exp(logits[$0] - highest) / sum) })
    }

    // MARK: - Bias and penalties

    /// The logits after bias, penalties and DRY.
    func adjusted(_ logits: [Float], after generated: [Int32] = []) -> [Double] {
        var adjusted = logits.map { $0.isNaN ? -.infinity : Double($0) }
        for (token, bias) in self.options.logitBias {
            adjusted[token] = bias == -100 ? -.infinity : adjusted[token] + Double(bias)
        }
        let all = self.prompt + generated
        let first = max(0, all.count - (self.options.penaltyWindow ?? all.count))
        for token in adjusted.indices {
            let seen = (first..<all.count).filter { Int(all[$0]) == token }
            let own = seen.count { $0 >= self.prompt.count }
            if !seen.isEmpty {
                let penalty = Double(self.options.repetitionPenalty)
                adjusted[token] = adjusted[token] > 0 ? adjusted[token] / penalty : adjusted[token] * penalty
            }
            if own > 0 { adjusted[token] -= Double(self.options.presencePenalty) }
            adjusted[token] -= Double(self.options.frequencyPenalty) * Double(own)
        }
        if let dry = self.options.dry {
            let tokens = Array(all.suffix(dry.window ?? .max))
            for (token, length) in self.repetitions(tokens) where length >= dry.allowedLength {
                adjusted[Int(token)] -=
                    Double(dry.multiplier) * pow(Double(dry.base), Double(length - dry.allowedLength))
            }
        }
        return adjusted
    }

    /// The longest repetition that each token would lengthen, by looking at every place.
    private func repetitions(_ tokens: [Int32]) -> [Int32: Int] {
        let ends = (0...tokens.count).filter { end in
            self.breakers.contains { !$0.isEmpty && tokens[..<end].suffix($0.count).elementsEqual($0) }
        }
        let limit = tokens.count - (ends.last ?? 0)
        var longest: [Int32: Int] = [:]
        for next in tokens.indices.dropFirst() where !self.breakers.contains([tokens[next]]) {
            var length = 0
            while length < min(next, limit), tokens[next - 1 - length] == tokens[tokens.count - 1 - length] {
                length += 1
            }
            longest[tokens[next]] = max(longest[tokens[next]] ?? 0, length)
        }
        return longest
    }
}
