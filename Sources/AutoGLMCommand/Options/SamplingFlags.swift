// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// How tokens are chosen.
struct SamplingFlags: ParsableArguments {
    @OptionGroup(title: "Sampling") var choice: ChoiceFlags
    @OptionGroup(title: "Repetition") var repetition: RepetitionFlags

    /// The options as the model takes them.
    ///
    /// - Parameter defaults: What the model's makers recommend.
    func options(_ defaults: SamplingOptions = SamplingOptions()) -> SamplingOptions {
        var options = self.choice.options(defaults)
        self.repetition.apply(to: &options)
        return options
    }

    func validate() throws {
        try Self.require(
            "--xtc-probability", self.choice.xtcProbability, for: self.choice.xtcThreshold, "--xtc-threshold")
        try Self.require("--mirostat-tau", self.choice.mirostatTau, for: self.choice.mirostatEta, "--mirostat-eta")
        for (name, isGiven) in self.repetition.dryDetails where isGiven {
            try Self.require("--dry-multiplier", self.repetition.dryMultiplier, for: isGiven, name)
        }
        do { try self.options().validate() } catch let error as any CodedError { throw ValidationError(error.message) }
    }

    /// Refuses a detail of what is not asked for.
    private static func require<Value, Detail>(
        _ name: String, _ value: Value?, for detail: Detail?, _ detailName: String
    ) throws {
        guard detail != nil, value == nil else { return }
        throw ValidationError("\(detailName) does nothing without \(name); add that, or leave it out.")
    }
}

/// Which tokens may be chosen, and how likely each is.
struct ChoiceFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: """
            Shares out the chances of the tokens that are kept; 0 always takes the most likely one (default: what the \
            model's generation_config.json says, or \(SamplingOptions().temperature); this holds for all of these, and \
            --output json shows what was used).
            """)
    var temperature: Float?

    @Option(parsing: .unconditional, help: "Keep this many of the most likely tokens, 0 for all (default: all).")
    var topK: Int?

    @Option(
        parsing: .unconditional,
        help: """
            Keep the smallest set of tokens with this probability mass, above 0 and at most 1 (default: \
            \(SamplingOptions().topP), or 1 with mirostat).
            """)
    var topP: Float?

    @Option(
        parsing: .unconditional, help: "Drop tokens less likely than this fraction of the most likely one, from 0 to 1."
    )
    var minP: Float?

    @Option(
        parsing: .unconditional,
        help: "Keep the tokens about as surprising as expected, with this mass, above 0 and at most 1; 1 is off.")
    var typicalP: Float?

    @Option(
        parsing: .unconditional,
        help: "XTC: how often to drop the top choices but the least likely of them, from 0 to 1 (default: never).")
    var xtcProbability: Float?

    @Option(
        parsing: .unconditional,
        help: """
            XTC: how likely a top choice is at least, above 0 and at most 0.5 (default: \
            \(SamplingOptions.XTC().threshold)).
            """)
    var xtcThreshold: Float?

    @Option(
        parsing: .unconditional,
        help: "Mirostat 2.0 instead of filters: hold the surprise at this many bits a token (default: off; usual: 5).")
    var mirostatTau: Float?

    @Option(
        parsing: .unconditional,
        help: "Mirostat: how fast it adapts, above 0 and at most 1 (default: \(SamplingOptions.Mirostat().eta)).")
    var mirostatEta: Float?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Add to a token's logit, from -100 (bans it) to 100 (forces it); may be given several times.",
            valueName: "token=bias"))
    var logitBias: [LogitBiasArgument] = []

    @Option(parsing: .unconditional, help: "The same seed, prompt and options give the same text (default: drawn).")
    var seed: UInt64?

    func options(_ defaults: SamplingOptions) -> SamplingOptions {
        // Mirostat takes the place of the filters that nobody asked for.
        let filters = self.mirostatTau == nil ? defaults : SamplingOptions(topP: 1)
        return SamplingOptions(
            temperature: self.temperature ?? defaults.temperature,
            topK: self.topK.map { $0 == 0 ? nil : $0 } ?? filters.topK, topP: self.topP ?? filters.topP,
            minP: self.minP ?? filters.minP, typicalP: self.typicalP ?? filters.typicalP,
            xtc: self.xtcProbability.map {
                SamplingOptions.XTC(probability: $0, threshold: self.xtcThreshold ?? SamplingOptions.XTC().threshold)
            },
            mirostat: self.mirostatTau.map {
                SamplingOptions.Mirostat(tau: $0, eta: self.mirostatEta ?? SamplingOptions.Mirostat().eta)
            },
            repetitionPenalty: defaults.repetitionPenalty,
            logitBias: Dictionary(self.logitBias.map { ($0.token, $0.bias) }, uniquingKeysWith: { $1 }), seed: self.seed
        )
    }
}

/// A token's number and what is added to its logit, such as `15043=-2.5`.
struct LogitBiasArgument: ExpressibleByArgument {
    let token: Int
    let bias: Float

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let token = Int(parts[0]), let bias = Float(parts[1]) else { return nil }
        (self.token, self.bias) = (token, bias)
    }
}
