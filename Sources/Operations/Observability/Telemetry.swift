// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware

/// What a program tells of its work: traces, metrics, and what is in them.
///
/// Parts of the program that can be watched take one of these, or nil: then nothing is measured, and nothing is spent.
public final class Telemetry: Sendable {
    /// What is told besides the usual.
    public struct Options: Sendable, Hashable {
        /// Whether spans have what users and models say.
        public var capturesContent = false
        /// Which names are used.
        public var conventions = GenAIConventions.common
        /// Whether spans have OpenInference's names, too, by which viewers such as Phoenix draw them.
        public var isOpenInference = true

        /// The usual: no content, the common conventions, and OpenInference's.
        public init() {}
    }

    /// Begins spans.
    public let tracer: SpanTracer
    /// Counts and measures.
    public let metrics: MetricRegistry
    /// What is told besides the usual.
    public let options: Options
    /// Measures durations.
    package let time: Timekeeper
    /// What is measured of requests to the server.
    package let requests: RequestMetrics
    /// What is measured of generations.
    let generations: GenerationMetrics
    /// What is measured of what the server gives.
    let serving: ServingMetrics

    /// Watches a program.
    ///
    /// - Parameters:
    ///   - tracer: Begins spans.
    ///   - metrics: Counts and measures.
    ///   - options: What is told besides the usual.
    ///   - time: Measures durations.
    public init(
        tracer: SpanTracer, metrics: MetricRegistry = MetricRegistry(), options: Options = Options(),
        time: Timekeeper = Timekeeper()
    ) {
        self.tracer = tracer
        self.metrics = metrics
        self.options = options
        self.time = time
        self.requests = RequestMetrics(metrics)
        self.generations = GenerationMetrics(metrics, options.conventions)
        self.serving = ServingMetrics(metrics)
    }
}

extension Duration {
    /// The duration in seconds.
    package var inSeconds: Double { self / .seconds(1) }
}
