// SPDX-License-Identifier: Apache-2.0

/// What is measured where models are served, with all that wraps around them.
struct ServingMetrics: Sendable {
    private let duration: Histogram
    private let firstToken: Histogram
    private let perToken: Histogram

    init(_ registry: MetricRegistry) {
        let labels = [GenAIName.operation, GenAIName.provider, GenAIName.requestModel]
        self.duration = registry.histogram(
            MetricDescription(
                "gen_ai.server.request.duration", help: "Duration of requests for models, the waiting included.",
                unit: "s", labels: labels + [GenAIName.errorType]), bounds: BucketBounds.generations)
        self.firstToken = registry.histogram(
            MetricDescription(
                "gen_ai.server.time_to_first_token", help: "Time until the first token of an answer.", unit: "s",
                labels: labels), bounds: BucketBounds.firstTokens)
        self.perToken = registry.histogram(
            MetricDescription(
                "gen_ai.server.time_per_output_token", help: "Time for each token of an answer after the first.",
                unit: "s", labels: labels), bounds: BucketBounds.tokenTimes)
    }

    func ended(_ labels: [String], _ outcome: GenerationOutcome, _ trace: TraceContext?) {
        let error = outcome.errorType ?? MetricDescription.none
        self.duration.record(outcome.duration.inSeconds, labels + [error], trace: trace)
        guard let first = outcome.timeToFirstChunk else { return }
        self.firstToken.record(first.inSeconds, labels, trace: trace)
        guard outcome.tokens > 1 else { return }
        self.perToken.record(
            (outcome.duration - first).inSeconds / Double(outcome.tokens - 1), labels, trace: trace)
    }
}
