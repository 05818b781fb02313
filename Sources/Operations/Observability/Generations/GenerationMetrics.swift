// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What is measured where a model is asked, as OpenTelemetry's conventions have it.
struct GenerationMetrics: Sendable {
    /// Whose work is measured.
    struct Labels: Sendable {
        var operation: String
        var provider: String
        var model: String
        var answeringModel = MetricDescription.none
        var server = MetricDescription.none
        var port = MetricDescription.none

        /// The values in the order of ``names``.
        var values: [String] {
            [self.operation, self.provider, self.model, self.answeringModel, self.server, self.port]
        }

        static let names = [
            GenAIName.operation, GenAIName.provider, GenAIName.requestModel, GenAIName.responseModel,
            GenAIName.serverAddress, GenAIName.serverPort,
        ]
    }

    private let duration: Histogram
    private let tokens: Histogram
    private let firstChunk: Histogram
    private let chunk: Histogram
    /// By the names that came later: prompts, of them cached, and answers.
    private let latest: (input: Histogram, cached: Histogram, output: Histogram)?

    init(_ registry: MetricRegistry, _ conventions: GenAIConventions) {
        func seconds(_ name: String, _ help: String, more: [String] = []) -> Histogram {
            registry.histogram(
                MetricDescription(name, help: help, unit: "s", labels: Labels.names + more),
                bounds: BucketBounds.generations)
        }
        func tokens(_ name: String, _ help: String, more: [String] = []) -> Histogram {
            registry.histogram(
                MetricDescription(name, help: help, unit: "{token}", labels: Labels.names + more),
                bounds: BucketBounds.tokens)
        }
        self.duration = seconds(
            "gen_ai.client.operation.duration", "Duration of operations of models.", more: [GenAIName.errorType])
        self.firstChunk = seconds(
            "gen_ai.client.operation.time_to_first_chunk", "Time until the first piece of a streamed answer.")
        self.chunk = seconds(
            "gen_ai.client.operation.time_per_output_chunk", "Time between the pieces of a streamed answer.")
        self.tokens = tokens(
            "gen_ai.client.token.usage", "Tokens of prompts and answers.", more: [GenAIName.tokenType])
        self.latest =
            conventions == .latest
            ? (
                tokens("gen_ai.client.inference.usage.input_tokens", "Tokens of prompts."),
                tokens("gen_ai.client.inference.usage.cache_read.input_tokens", "Tokens of prompts from a cache."),
                tokens("gen_ai.client.inference.usage.output_tokens", "Tokens of answers.")
            ) : nil
    }

    func took(_ duration: Duration, _ labels: Labels, error: String?, _ trace: TraceContext) {
        self.duration.record(duration.inSeconds, labels.values + [error ?? MetricDescription.none], trace: trace)
    }

    func began(after duration: Duration, _ labels: Labels, _ trace: TraceContext) {
        self.firstChunk.record(duration.inSeconds, labels.values, trace: trace)
    }

    func continued(after duration: Duration, _ labels: Labels, _ trace: TraceContext) {
        self.chunk.record(duration.inSeconds, labels.values, trace: trace)
    }

    func used(_ usage: TokenUsage, _ labels: Labels, _ trace: TraceContext) {
        let (input, output) = (Double(max(0, usage.promptTokens)), Double(max(0, usage.completionTokens)))
        if input > 0 { self.tokens.record(input, labels.values + ["input"], trace: trace) }
        if output > 0 { self.tokens.record(output, labels.values + ["output"], trace: trace) }
        guard let latest else { return }
        latest.input.record(input, labels.values, trace: trace)
        latest.output.record(output, labels.values, trace: trace)
        if usage.cachedPromptTokens > 0 {
            latest.cached.record(Double(usage.cachedPromptTokens), labels.values, trace: trace)
        }
    }
}
