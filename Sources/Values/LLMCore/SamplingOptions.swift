// SPDX-License-Identifier: Apache-2.0

/// How the next token is chosen from the model's distribution.
///
/// Steps apply in this order: repetition penalty, temperature, top-k, top-p, min-p, draw.
public struct SamplingOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most likely token (greedy).
    public var temperature: Float
    /// Keeps this many of the most likely tokens; nil keeps all.
    public var topK: Int?
    /// Keeps the smallest set of tokens whose probability reaches this mass, in (0, 1] (nucleus sampling); 1 keeps all.
    public var topP: Float
    /// Drops tokens less likely than this fraction of the most likely one, in [0, 1]; 0 drops none.
    public var minP: Float
    /// Divides positive and multiplies negative logits of tokens already seen (CTRL, Keskar and others 2019); 1 is off.
    public var repetitionPenalty: Float
    /// The same seed, prompt and options give the same text; nil draws a seed.
    public var seed: UInt64?

    /// Options with the usual defaults of chat models.
    public init(
        temperature: Float = 0.7, topK: Int? = nil, topP: Float = 0.95, minP: Float = 0, repetitionPenalty: Float = 1,
        seed: UInt64? = nil
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
        self.seed = seed
    }

    /// Always the most likely token.
    public static let greedy = Self(temperature: 0)

    /// Checks that every value is in its range.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` that names the value and its range.
    public func validate() throws {
        func check(_ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String) throws {
            guard holds else { throw LLMError(.invalidRequest, "\(name) is \(value); it must be \(range).") }
        }
        try check(
            self.temperature.isFinite && self.temperature >= 0, "temperature", self.temperature, "0 or more")
        try check(self.topK ?? 1 >= 1, "top-k", self.topK ?? 0, "1 or more")
        try check(self.topP > 0 && self.topP <= 1, "top-p", self.topP, "above 0 and at most 1")
        try check(self.minP >= 0 && self.minP <= 1, "min-p", self.minP, "from 0 to 1")
        try check(
            self.repetitionPenalty.isFinite && self.repetitionPenalty > 0, "repetition penalty",
            self.repetitionPenalty, "above 0")
    }
}
