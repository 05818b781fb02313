// SPDX-License-Identifier: Apache-2.0

extension SamplingOptions {
    /// Checks that every value is in its range, and that none contradicts another.
    ///
    /// - Parameter vocabularySize: How many tokens the model has, where known; the biases must be for these.
    /// - Throws: ``LLMError`` with code `.invalidRequest` that names the value and its range.
    public func validate(vocabularySize: Int? = nil) throws {
        try Self.check(
            self.temperature.isFinite && self.temperature >= 0, "temperature", self.temperature, "0 or more")
        try Self.check(self.topK ?? 1 >= 1, "top-k", self.topK ?? 0, "1 or more")
        try Self.check(self.topP > 0 && self.topP <= 1, "top-p", self.topP, "above 0 and at most 1")
        try Self.check((0...1).contains(self.minP), "min-p", self.minP, "from 0 to 1")
        try Self.check(self.typicalP > 0 && self.typicalP <= 1, "typical-p", self.typicalP, "above 0 and at most 1")
        try self.xtc?.validate()
        try self.mirostat?.validate()
        try self.validatePenalties()
        try self.dry?.validate()
        try self.validateBias(vocabularySize)
        try self.validateCombination()
    }

    /// Throws unless a value is in its range.
    static func check(_ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String) throws {
        guard holds else { throw LLMError(.invalidRequest, "\(name) is \(value); it must be \(range).") }
    }

    private func validatePenalties() throws {
        try Self.check(
            self.repetitionPenalty.isFinite && self.repetitionPenalty > 0, "repetition penalty",
            self.repetitionPenalty, "above 0")
        try Self.check(
            (-2...2).contains(self.presencePenalty), "presence penalty", self.presencePenalty, "from -2 to 2")
        try Self.check(
            (-2...2).contains(self.frequencyPenalty), "frequency penalty", self.frequencyPenalty, "from -2 to 2")
        try Self.check(self.penaltyWindow ?? 0 >= 0, "penalty window", self.penaltyWindow ?? 0, "0 or more")
    }

    private func validateBias(_ vocabularySize: Int?) throws {
        // The lowest first, so that the same request gives the same message.
        for (token, bias) in self.logitBias.sorted(by: { $0.key < $1.key }) {
            if let vocabularySize {
                let range = "a token from 0 to \(vocabularySize - 1)"
                try Self.check(0..<vocabularySize ~= token, "a logit bias", "for token \(token)", "for \(range)")
            }
            try Self.check(token >= 0, "a logit bias", "for token \(token)", "for a token from 0 on")
            try Self.check((-100...100).contains(bias), "logit bias of token \(token)", bias, "from -100 to 100")
        }
    }

    private func validateCombination() throws {
        let typical = self.typicalP < 1 ? "typical-p" : nil
        let xtc = self.xtc.map { $0.probability > 0 } == true ? "XTC" : nil
        if self.mirostat != nil {
            let filters = [
                self.topK == nil ? nil : "top-k", typical, self.topP < 1 ? "top-p" : nil, self.minP > 0 ? "min-p" : nil,
                xtc,
            ].compactMap(\.self)
            guard filters.isEmpty else {
                throw LLMError(
                    .invalidRequest,
                    """
                    mirostat takes the place of \(filters.joined(separator: ", ")); leave out one or the other \
                    (top-p 1 is off).
                    """)
            }
        }
        if self.temperature == 0, let other = self.mirostat == nil ? typical ?? xtc : "mirostat" {
            throw LLMError(
                .invalidRequest,
                "temperature 0 always takes the most likely token, so \(other) has no say; raise it or leave out \(other)."
            )
        }
    }
}
