// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

extension RotaryEmbedding.Configuration {
    /// Reads what a model says about its rotary embedding.
    ///
    /// - Parameters:
    ///   - settings: What the model says.
    ///   - headLength: The width of a head.
    ///   - style: Which elements turn together in this form of the files.
    ///   - kind: The kind of blocks, where a folder says it for each (`full_attention`, `sliding_attention`).
    ///   - share: The share of a head that turns where the files do not say it.
    /// - Throws: ``TransformerError`` with code `.unsupported` for kinds of scaling that are not known.
    package init(
        _ settings: ModelSettings, headLength: Int, style: RotaryEmbedding.Style, kind: String = "full_attention",
        share: Double = 1
    ) throws {
        switch settings.source {
        case .gguf: try self.init(gguf: settings, headLength: headLength, style: style, share: share)
        case .huggingFace(let folder):
            try self.init(
                settings, folder.configuration, headLength: headLength, style: style, kind: kind, share: share)
        }
        try self.validate(settings, headLength: headLength)
    }

    // MARK: - GGUF

    private init(
        gguf settings: ModelSettings, headLength: Int, style: RotaryEmbedding.Style, share: Double
    ) throws {
        func number(_ key: String) throws -> Float? {
            try settings.number(.init(gguf: "rope.\(key)")).map { Float($0) }
        }
        let count = try settings.int(.init(gguf: "rope.dimension_count"))
        self.init(
            base: try number("freq_base") ?? 10_000,
            dimensionCount: count ?? Self.dimensions(headLength, share: share), style: style)
        self.magnitude = try number("scaling.attn_factor") ?? 1
        let factor = try number("scaling.factor") ?? number("scale_linear")
        let original = try number("scaling.original_context_length")
        switch try settings.string(.init(gguf: "rope.scaling.type")) ?? (factor == nil ? "none" : "linear") {
        case "none":
            // Files of Phi-3 say nothing but the original length; their divisors are tensors.
            if let original {
                self.scaling = .long(short: nil, long: nil, original: try Self.whole(original, settings))
            }
        case "linear": self.scaling = .linear(factor: factor ?? 1)
        case "longrope":
            self.scaling = .long(short: nil, long: nil, original: try Self.whole(original ?? 0, settings))
        case "yarn":
            let factor = factor ?? 1
            self.scaling = .yarn(
                factor: factor, original: original ?? 0, fast: try number("scaling.yarn_beta_fast") ?? 32,
                slow: try number("scaling.yarn_beta_slow") ?? 1, truncates: true)
            self.magnitude *= try number("scaling.yarn_attn_factor") ?? Self.yarnMagnitude(factor)
        case let other: throw settings.unsupported("its RoPE scaling is '\(other)'")
        }
        if let sections = settings[.init(gguf: "rope.dimension_sections")]?.arrayValue,
            sections.contains(where: { $0.integerValue != 0 })
        {
            throw settings.unsupported("its RoPE has sections for images")
        }
    }

    // MARK: - Hugging Face

    private init(
        _ settings: ModelSettings, _ folder: JSONValue, headLength: Int, style: RotaryEmbedding.Style, kind: String,
        share: Double
    ) throws {
        let parameters = folder["rope_parameters"].map { $0[kind] ?? $0 }
        let scaling = parameters ?? folder["rope_scaling"]
        func number(_ key: String) -> Float? { scaling?[key]?.numberValue.map { Float($0) } }
        let base = parameters?["rope_theta"] ?? folder["rope_theta"]
        let stated = parameters?["partial_rotary_factor"] ?? folder["partial_rotary_factor"]
        self.init(
            base: Float(base?.numberValue ?? 10_000),
            dimensionCount: Self.dimensions(headLength, share: stated?.numberValue ?? share), style: style)
        let longest = folder["max_position_embeddings"]?.numberValue.map { Float($0) }
        let stretched = folder["original_max_position_embeddings"]?.numberValue.map { Float($0) }
        let original = stretched ?? number("original_max_position_embeddings") ?? longest ?? 0
        let factor = number("factor")
        switch scaling?["rope_type"]?.stringValue ?? scaling?["type"]?.stringValue ?? "default" {
        case "default": break
        case "linear": self.scaling = .linear(factor: factor ?? 1)
        case "llama3":
            self.scaling = .llama3(
                factor: factor ?? 1, low: number("low_freq_factor") ?? 1, high: number("high_freq_factor") ?? 4,
                original: original)
        case "yarn":
            let factor = factor ?? (longest ?? 0) / original
            self.scaling = .yarn(
                factor: factor, original: original, fast: number("beta_fast") ?? 32, slow: number("beta_slow") ?? 1,
                truncates: scaling?["truncate"]?.boolValue ?? true)
            self.magnitude =
                number("attention_factor")
                ?? Self.yarnMagnitude(
                    factor, number("mscale"), number("mscale_all_dim"))
        case "longrope", "su":
            let factor = stretched == nil ? factor : nil
            self.scaling = .long(
                short: Self.floats(scaling?["short_factor"]) ?? [], long: Self.floats(scaling?["long_factor"]) ?? [],
                original: try Self.whole(original, settings))
            self.magnitude =
                number("attention_factor")
                ?? Self.longMagnitude(
                    factor ?? (longest ?? 0) / original, original)
        case let other:
            throw settings.unsupported(
                "its RoPE scaling is '\(other)'; known are default, linear, llama3, yarn and longrope")
        }
    }

    // MARK: - Parts

    private static func dimensions(_ headLength: Int, share: Double) -> Int {
        Int(exactly: (Double(headLength) * share).rounded(.towardZero)) ?? 0
    }

    private static func whole(_ number: Float, _ settings: ModelSettings) throws -> Int {
        guard let whole = Int(exactly: number) else {
            throw settings.unsupported("the original context of its RoPE is \(number)")
        }
        return whole
    }

    private static func floats(_ value: JSONValue?) -> [Float]? {
        value?.arrayValue?.compactMap { $0.numberValue.map { Float($0) } }
    }

    private func validate(_ settings: ModelSettings, headLength: Int) throws {
        guard self.base > 1, self.base.isFinite, self.magnitude > 0, self.magnitude.isFinite,
            self.dimensionCount.isMultiple(of: 2), (2...max(2, headLength)).contains(self.dimensionCount)
        else {
            throw settings.unsupported(
                "RoPE turns \(self.dimensionCount) of \(headLength) elements, base \(self.base), magnitude \(self.magnitude)"
            )
        }
        let pairs = self.dimensionCount / 2
        let numbers: [Float]
        switch self.scaling {
        case .none: return
        case .linear(let factor): numbers = [factor]
        case .llama3(let factor, let low, let high, let original): numbers = [factor, low, high - low, original]
        case .yarn(let factor, let original, let fast, let slow, _): numbers = [factor, original, fast, slow]
        case .long(let short, let long, let original):
            for divisors in [short, long] where (divisors?.count ?? pairs) != pairs {
                throw settings.unsupported("RoPE has \(divisors?.count ?? 0) divisors for \(pairs) pairs")
            }
            numbers = (short ?? []) + (long ?? []) + [Float(original)]
        }
        if let wrong = numbers.first(where: { !($0.isFinite && $0 > 0) }) {
            throw settings.unsupported("its RoPE scaling has the number \(wrong)")
        }
    }
}
