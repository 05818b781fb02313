// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// The inputs of a step that say how tokens are chosen.
enum SamplingInputs {
    /// The inputs, for a step's definition.
    static let ports: [StepPort] = [
        StepPort("temperature", .number, "0 for the likeliest answer, higher for more variety."),
        StepPort("top_k", .integer, "How many of the likeliest tokens to sample from."),
        StepPort("top_p", .number, "The probability mass to sample from, above 0 and at most 1."),
        StepPort("min_p", .number, "Drops tokens less likely than this fraction of the likeliest, from 0 to 1."),
        StepPort("typical_p", .number, "Keeps tokens about as surprising as expected, with this mass; 1 is off."),
        StepPort("xtc_probability", .number, "How often the top choices but the last are dropped, from 0 to 1."),
        StepPort("xtc_threshold", .number, "How likely a top choice is at least, above 0 and at most 0.5."),
        StepPort("mirostat_tau", .number, "Holds the surprise at this many bits a token, instead of filters."),
        StepPort("mirostat_eta", .number, "How fast mirostat adapts, above 0 and at most 1."),
        StepPort("repetition_penalty", .number, "Above 1 to make repetition less likely."),
        StepPort("presence_penalty", .number, "Taken off tokens that the answer has already, from -2 to 2."),
        StepPort("frequency_penalty", .number, "The same for each time that it has them, from -2 to 2."),
        StepPort("penalty_window", .integer, "How many of the last tokens the penalties look at; 0 for none."),
        StepPort("dry_multiplier", .number, "Makes tokens unlikely that would lengthen a repeated sequence."),
        StepPort("dry_base", .number, "How fast that penalty grows with each repeated token, 1 or more."),
        StepPort("dry_allowed_length", .integer, "The length from which repeated sequences count, 1 or more."),
        StepPort("dry_window", .integer, "How many of the last tokens are searched for them; 0 for none."),
        StepPort("dry_breakers", .array, "Texts across which nothing counts as repeated."),
        StepPort("logit_bias", .object, "What is added to logits, by the token's number, from -100 to 100."),
        StepPort("seed", .integer, "The same seed gives the same answer."),
    ]

    /// Inputs that say something only beside another one.
    private static let details = [
        "xtc_probability": ["xtc_threshold"], "mirostat_tau": ["mirostat_eta"],
        "dry_multiplier": ["dry_base", "dry_allowed_length", "dry_window", "dry_breakers"],
    ]

    /// Finds what is wrong with the inputs that are known before running.
    static func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = Self.details.flatMap { main, details in
            details.filter { inputs.names.contains($0) && !inputs.names.contains(main) }.map { detail in
                StaticInputs.Problem(
                    detail, "'\(detail)' does nothing without '\(main)'.", suggestion: "Add that, or leave it out.")
            }
        }.sorted { ($0.input ?? "") < ($1.input ?? "") }
        do {
            try Self.options(StepInputs(inputs.literals), base: SamplingOptions()).validate()
        } catch {
            problems.append(.init(nil, "The step cannot sample this way: \(error)"))
        }
        return problems
    }

    /// The options with what the inputs say.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` if an input holds something of another form.
    static func options(_ inputs: StepInputs, base: SamplingOptions) throws -> SamplingOptions {
        var options = base
        func number(_ name: String, _ field: WritableKeyPath<SamplingOptions, Float>) {
            if let value = inputs[name]?.numberValue { options[keyPath: field] = Float(value) }
        }
        number("temperature", \.temperature)
        number("min_p", \.minP)
        number("typical_p", \.typicalP)
        number("repetition_penalty", \.repetitionPenalty)
        number("presence_penalty", \.presencePenalty)
        number("frequency_penalty", \.frequencyPenalty)
        if let value = inputs["top_k"]?.integerValue { options.topK = value }
        if let value = inputs["penalty_window"]?.integerValue { options.penaltyWindow = value }
        if let value = inputs["seed"]?.integerValue { options.seed = UInt64(bitPattern: Int64(value)) }
        options.xtc = Self.xtc(inputs) ?? base.xtc
        options.dry = try Self.dry(inputs) ?? base.dry
        if let mirostat = Self.mirostat(inputs) {
            options.mirostat = mirostat
            options.topP = 1  // It takes the place of a top-p that was not asked for here.
        }
        number("top_p", \.topP)
        if let biases = try Self.biases(inputs) { options.logitBias = biases }
        return options
    }

    private static func xtc(_ inputs: StepInputs) -> SamplingOptions.XTC? {
        guard let probability = inputs["xtc_probability"]?.numberValue else { return nil }
        var xtc = SamplingOptions.XTC(probability: Float(probability))
        if let value = inputs["xtc_threshold"]?.numberValue { xtc.threshold = Float(value) }
        return xtc
    }

    private static func mirostat(_ inputs: StepInputs) -> SamplingOptions.Mirostat? {
        guard let tau = inputs["mirostat_tau"]?.numberValue else { return nil }
        var mirostat = SamplingOptions.Mirostat(tau: Float(tau))
        if let value = inputs["mirostat_eta"]?.numberValue { mirostat.eta = Float(value) }
        return mirostat
    }

    private static func dry(_ inputs: StepInputs) throws -> SamplingOptions.DRY? {
        guard let multiplier = inputs["dry_multiplier"]?.numberValue else { return nil }
        var dry = SamplingOptions.DRY(multiplier: Float(multiplier))
        if let value = inputs["dry_base"]?.numberValue { dry.base = Float(value) }
        if let value = inputs["dry_allowed_length"]?.integerValue { dry.allowedLength = value }
        if let value = inputs["dry_window"]?.integerValue { dry.window = value }
        if inputs["dry_breakers"] != nil { dry.breakers = try inputs.strings("dry_breakers") }
        return dry
    }

    private static func biases(_ inputs: StepInputs) throws -> [Int: Float]? {
        guard let members = inputs["logit_bias"]?.objectValue else { return nil }
        var biases: [Int: Float] = [:]
        for (key, value) in members {
            guard let token = Int(key), let bias = value.numberValue else {
                throw PipelineError(
                    .invalidValue,
                    "'logit_bias' must hold numbers by the tokens' numbers, such as {15043: -2}, but holds \(key): \(value)."
                )
            }
            biases[token] = Float(bias)
        }
        return biases
    }
}
