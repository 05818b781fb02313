// SPDX-License-Identifier: Apache-2.0

/// How the next token is chosen from the model's distribution.
///
/// Steps apply in this order, as in llama.cpp: logit bias; repetition, presence and frequency penalty; DRY; top-k;
/// locally typical; top-p; min-p; XTC; temperature; draw. So the filters judge what the model holds likely, and the
/// temperature shares the chances out among what they leave. Each filter keeps at least one token, and top-k, typical
/// and top-p reckon in shares of what the filter before them left.
///
/// ``mirostat`` takes the place of all filters: after DRY come temperature, mirostat, draw. Temperature 0 takes the most
/// likely token after DRY; top-k, top-p and min-p never drop that one. Reported log-probabilities are the model's own,
/// before any of this.
public struct SamplingOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most likely token (greedy).
    public var temperature: Float
    /// Keeps this many of the most likely tokens; nil keeps all.
    public var topK: Int?
    /// Keeps the smallest set of tokens whose probability reaches this mass, in (0, 1] (nucleus sampling); 1 keeps all.
    public var topP: Float
    /// Drops tokens less likely than this fraction of the most likely one, in [0, 1]; 0 drops none.
    public var minP: Float
    /// Keeps the tokens whose surprise is nearest to the expected one, until their probability reaches this mass, in
    /// (0, 1] (locally typical sampling, Meister and others 2022); 1 keeps all.
    public var typicalP: Float
    /// Sometimes drops the most likely tokens; nil never does.
    public var xtc: XTC?
    /// Holds the text's surprise at a level; nil leaves it to the filters.
    public var mirostat: Mirostat?
    /// Divides positive and multiplies negative logits of tokens already seen, in the prompt or the answer (CTRL, Keskar
    /// and others 2019); 1 is off.
    public var repetitionPenalty: Float
    /// Taken off the logits of tokens that the answer has already, from -2 to 2, as OpenAI defines it; 0 is off.
    public var presencePenalty: Float
    /// Taken off a token's logit for each time that the answer has it already, from -2 to 2, as OpenAI defines it; 0 is
    /// off.
    public var frequencyPenalty: Float
    /// How many of the last tokens the three penalties look at; nil looks at all, 0 at none.
    public var penaltyWindow: Int?
    /// Makes repeated sequences unlikely; nil lets them be.
    public var dry: DRY?
    /// Added to the logits of tokens by their number, from -100, which bans a token outright, to 100, which all but
    /// forces it.
    public var logitBias: [Int: Float]
    /// The same seed, prompt and options give the same text; nil draws a seed.
    public var seed: UInt64?

    /// Options with the usual defaults of chat models.
    ///
    /// - Parameter topP: nil is 0.95, or 1 beside mirostat, which takes its place.
    public init(
        temperature: Float = 0.7, topK: Int? = nil, topP: Float? = nil, minP: Float = 0, typicalP: Float = 1,
        xtc: XTC? = nil, mirostat: Mirostat? = nil, repetitionPenalty: Float = 1, presencePenalty: Float = 0,
        frequencyPenalty: Float = 0, penaltyWindow: Int? = nil, dry: DRY? = nil, logitBias: [Int: Float] = [:],
        seed: UInt64? = nil
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP ?? (mirostat == nil ? 0.95 : 1)
        self.minP = minP
        self.typicalP = typicalP
        self.xtc = xtc
        self.mirostat = mirostat
        self.repetitionPenalty = repetitionPenalty
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.penaltyWindow = penaltyWindow
        self.dry = dry
        self.logitBias = logitBias
        self.seed = seed
    }

    /// Always the most likely token.
    public static let greedy = Self(temperature: 0)
}
