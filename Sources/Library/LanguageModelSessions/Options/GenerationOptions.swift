// SPDX-License-Identifier: Apache-2.0

/// How a model generates its response: how tokens are chosen, how many, and whether tools may be called.
public struct GenerationOptions: Sendable, Hashable, Codable {
    /// How the next token is chosen; nil leaves it to the model.
    public var samplingMode: SamplingMode?
    /// How much less likely tokens are favoured, from 0, which always takes the most likely one; nil leaves it to the model.
    public var temperature: Double?
    /// The most tokens of a response; one that is cut off is an error where it had to be well formed.
    public var maximumResponseTokens: Int?
    /// Whether the model may, must or must not call tools; nil lets it.
    public var toolCallingMode: ToolCallingMode?

    /// The same as ``samplingMode``, by its earlier name.
    public var sampling: SamplingMode? {
        get { self.samplingMode }
        set { self.samplingMode = newValue }
    }

    /// Options; what is nil is left to the model.
    public init(sampling: SamplingMode? = nil, temperature: Double? = nil, maximumResponseTokens: Int? = nil) {
        self.init(
            samplingMode: sampling, temperature: temperature, maximumResponseTokens: maximumResponseTokens,
            toolCallingMode: nil)
    }

    /// Options; what is nil is left to the model.
    public init(samplingMode: SamplingMode?, temperature: Double? = nil, maximumResponseTokens: Int? = nil) {
        self.init(
            samplingMode: samplingMode, temperature: temperature, maximumResponseTokens: maximumResponseTokens,
            toolCallingMode: nil)
    }

    /// Options; what is nil is left to the model.
    public init(
        samplingMode: SamplingMode? = nil, temperature: Double? = nil, maximumResponseTokens: Int? = nil,
        toolCallingMode: ToolCallingMode?
    ) {
        self.samplingMode = samplingMode
        self.temperature = temperature
        self.maximumResponseTokens = maximumResponseTokens
        self.toolCallingMode = toolCallingMode
    }
}
