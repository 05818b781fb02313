// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension Sampler {
    private typealias Logits = UnsafeMutableBufferPointer<Float>

    /// How far below the largest logit to look, in turn: what the filters keep is almost always within the first.
    private static let depths: [Float] = [-5, -8, -11, -14, -18, -.infinity]

    /// Chooses by the logits as they are now.
    mutating func choose(_ logits: UnsafeMutableBufferPointer<Float>) -> Int32 {
        // A temperature next to nothing leaves the others no chance either.
        guard self.options.temperature > .leastNormalMagnitude else { return Int32(self.scan.largest(logits).token) }
        let needsVisits = !self.options.drawsFromAll || self.options.xtc != nil
        let (token, maximum) = needsVisits ? self.scan.begin(logits) : self.scan.largest(logits)
        // Nor does an infinite logit.
        return (maximum.isFinite ? self.draw(logits, maximum: maximum) : nil) ?? Int32(token)
    }

    private mutating func draw(_ logits: Logits, maximum: Float) -> Int32? {
        let options = self.options
        if let mirostat = options.mirostat { return self.draw(logits, maximum: maximum, by: mirostat) }
        let threshold = self.exclusionThreshold()
        if options.drawsFromAll {
            return self.drawFromAll(
                logits, maximum: threshold.map { self.exclude($0, logits, maximum: maximum) } ?? maximum)
        }
        if options.topK != nil || options.typicalP < 1 || options.topP < 1 {
            self.filter(logits, maximum: maximum)
        } else {
            self.candidates.collect(logits, maximum: maximum, depth: logf(options.minP), scan: self.scan)
        }
        if let threshold { self.candidates.excludeTopChoices(threshold: threshold) }
        return self.candidates.draw(temperature: options.temperature, using: &self.generator)
    }

    /// The threshold of XTC, if chance has it that top choices are excluded this time.
    private mutating func exclusionThreshold() -> Float? {
        guard let xtc = self.options.xtc, xtc.probability > 0 else { return nil }
        return Float.random(in: 0..<1, using: &self.generator) < xtc.probability ? xtc.threshold : nil
    }

    // MARK: - Filters

    /// Makes the candidates those that top-k, typical, top-p and min-p leave.
    private mutating func filter(_ logits: Logits, maximum: Float) {
        let options = self.options
        let total = options.topK == nil ? self.scan.sum(logits, maximum: maximum, factor: 1) : 0
        let entropy =
            options.topK == nil && options.typicalP < 1
            ? self.scan.entropy(logits, maximum: maximum, total: total) : 0
        for depth in Self.depths {
            self.candidates.collect(logits, maximum: maximum, depth: depth, scan: self.scan)
            let isComplete = depth == -.infinity
            if let topK = options.topK {
                guard isComplete || self.candidates.items.count >= topK else { continue }
                self.candidates.keepMostLikely(topK)
                self.filterMass(total: self.candidates.total, entropy: nil, depth: -.infinity)
            } else {
                guard self.filterMass(total: total, entropy: entropy, depth: depth) || isComplete else { continue }
            }
            break
        }
        if options.minP > 0 { self.candidates.keepFraction(options.minP) }
    }

    /// Applies typical and top-p.
    ///
    /// - Parameters:
    ///   - total: The weight of the distribution.
    ///   - entropy: Its entropy in nats; nil where the candidates are all of it.
    ///   - depth: How far down the candidates are complete.
    /// - Returns: Whether what is kept is the same as if the candidates were complete.
    @discardableResult
    private mutating func filterMass(total: Double, entropy: Double?, depth: Float) -> Bool {
        let options = self.options
        var total = total
        var isExact = true
        if options.typicalP < 1 {
            let entropy = entropy ?? self.candidates.entropy(total: total)
            isExact = self.candidates.keepTypical(
                Double(options.typicalP), of: total, entropy: entropy, reach: log(total) - Double(depth) - entropy)
            total = self.candidates.total
        }
        if options.topP < 1 {
            let isReached = self.candidates.keepNucleus(Double(options.topP) * total)
            isExact = isExact && (isReached || options.typicalP < 1)
        }
        return isExact
    }

    /// Bans the top choices in the whole vocabulary.
    ///
    /// - Returns: The largest logit that is left.
    private mutating func exclude(_ threshold: Float, _ logits: Logits, maximum: Float) -> Float {
        let total = self.scan.sum(logits, maximum: maximum, factor: 1)
        // A little deeper than the threshold, which is compared exactly below.
        let depth = logf(threshold) + Float(log(total)) - 0.01
        self.candidates.collect(logits, maximum: maximum, depth: depth, scan: self.scan)
        guard let survivor = self.candidates.lastTopChoice(threshold: threshold, of: total) else { return maximum }
        for item in self.candidates.items where item.score >= survivor.score && item.token != survivor.token {
            self.set(Int(item.token), to: -.infinity, in: logits)
        }
        return logits[Int(survivor.token)]
    }

    // MARK: - Whole vocabularies

    /// Draws from everything: finds the part of the vocabulary first, then the token in it.
    private mutating func drawFromAll(_ logits: Logits, maximum: Float) -> Int32? {
        let (size, factor) = (512, 1 / self.options.temperature)
        self.sums.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: logits.count, by: size) {
            let part = Logits(rebasing: logits[start..<min(start + size, logits.count)])
            self.sums.append(self.scan.sum(part, maximum: maximum, factor: factor))
        }
        var rest = Double.random(in: 0..<1, using: &self.generator) * self.sums.reduce(0, +)
        for (part, sum) in self.sums.enumerated() {
            if rest >= sum {
                rest -= sum
                continue
            }
            for token in (part * size)..<min((part + 1) * size, logits.count) {
                let weight = expf((logits[token] - maximum) * factor)
                if weight > 0 { rest -= Double(weight) }
                if rest < 0 { return Int32(token) }
            }
        }
        return nil
    }

    // MARK: - Mirostat

    private mutating func draw(_ logits: Logits, maximum: Float, by mirostat: SamplingOptions.Mirostat) -> Int32? {
        let temperature = self.options.temperature
        let logTotal = log(self.scan.sum(logits, maximum: maximum, factor: 1 / temperature))
        // Less likely tokens than this are dropped: its logit over the temperature, less the largest.
        let floor = Float(logTotal - self.border * M_LN2)
        let drawn: Int32?
        if floor < -30 {
            // What is below has no weight that could be told from none.
            drawn = self.drawFromAll(logits, maximum: maximum)
        } else {
            self.candidates.collect(logits, maximum: maximum, depth: floor * temperature, scan: self.scan)
            drawn = self.candidates.draw(temperature: temperature, using: &self.generator)
        }
        let score = drawn.map { (logits[Int($0)] - maximum) / temperature } ?? 0
        let surprise = (logTotal - Double(score)) / M_LN2
        self.border -= Double(mirostat.eta) * (surprise - Double(mirostat.tau))
        return drawn
    }
}

extension SamplingOptions {
    /// Whether no filter but XTC limits the choice.
    fileprivate var drawsFromAll: Bool {
        self.topK == nil && self.typicalP == 1 && self.topP == 1 && self.minP == 0 && self.mirostat == nil
    }
}
