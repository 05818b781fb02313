// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
public import LLMCore
internal import Tracing

/// Makes a span and measures for everything that a model is asked, after OpenTelemetry's conventions for generative AI.
///
/// Around a backend itself it sees each attempt; what is sent to another machine carries the trace on.
public struct GenerationTelemetry: ModelMiddleware {
    private let telemetry: Telemetry
    private let identity: ModelIdentity

    /// Makes the middleware.
    public init(_ telemetry: Telemetry, model identity: ModelIdentity) {
        self.telemetry = telemetry
        self.identity = identity
    }

    /// Generates in a span that ends with the stream.
    public func generate(_ request: GenerationRequest, next: any ModelAdapter) async throws -> GenerationStream {
        let (span, labels) = self.begin(request.prompt.operationName)
        let options = self.telemetry.options
        if span.isRecording { span.update { $0.attributes.describe(request, options) } }
        let keepsAnswer = options.capturesContent && span.isRecording
        let watch = GenerationWatch(self.telemetry.time, keepsAnswer: keepsAnswer)
        let metrics = self.telemetry.generations
        do {
            let stream = try await ServiceContext.withValue(span.context) { try await next.generate(request) }
            return stream.watched { event in
                guard let piece = watch.see(event), request.isStreamed else { return }
                if piece.isFirst {
                    metrics.began(after: piece.time, labels, span.trace)
                } else {
                    metrics.continued(after: piece.time, labels, span.trace)
                }
            } onEnd: { ending in
                self.end(span, labels, watch.outcome(ending), isStreamed: request.isStreamed)
            }
        } catch {
            self.end(span, labels, watch.outcome(.failed(error)), isStreamed: false)
            throw error
        }
    }

    /// Embeds in a span.
    public func embed(_ texts: [String], next: any ModelAdapter) async throws -> [[Float]] {
        try await self.call(
            "embeddings",
            describing: { attributes, vectors in
                attributes[GenAIName.dimensions] = (vectors.first?.count).map { .int($0) }
                if self.telemetry.options.isOpenInference {
                    attributes[OpenInferenceName.kind] = "EMBEDDING"
                    attributes[OpenInferenceName.embeddingModel] = .string(self.identity.model)
                }
            }
        ) { try await next.embed(texts) }
    }

    /// Scores in a span.
    public func score(_ request: ScoringRequest, next: any ModelAdapter) async throws -> [ChoiceScore] {
        try await self.call("score") { try await next.score(request) }
    }

    // MARK: - Spans

    private func begin(_ operation: String) -> (TracedSpan, GenerationMetrics.Labels) {
        var labels = GenerationMetrics.Labels(
            operation: operation, provider: self.identity.provider, model: self.identity.model)
        var attributes: AttributeList = [
            GenAIName.operation: .string(operation), GenAIName.provider: .string(self.identity.provider),
            GenAIName.requestModel: .string(self.identity.model),
        ]
        if let server = self.identity.server {
            labels.server = server
            attributes[GenAIName.serverAddress] = .string(server)
        }
        if let port = self.identity.port {
            labels.port = "\(port)"
            attributes[GenAIName.serverPort] = .int(port)
        }
        let span = self.telemetry.tracer.begin(
            "\(operation) \(self.identity.model)", kind: self.identity.isLocal ? .internal : .client,
            attributes: attributes)
        return (span, labels)
    }

    private func end(
        _ span: TracedSpan, _ labels: GenerationMetrics.Labels, _ outcome: GenerationOutcome, isStreamed: Bool
    ) {
        var labels = labels
        if case .complete(let summary) = outcome.ending {
            labels.answeringModel = summary.model ?? MetricDescription.none
            self.telemetry.generations.used(summary.usage, labels, span.trace)
        }
        self.telemetry.generations.took(outcome.duration, labels, error: outcome.errorType, span.trace)
        if span.isRecording {
            span.update { $0.attributes.describe(outcome, isStreamed: isStreamed, self.telemetry.options) }
        }
        switch outcome.ending {
        case .complete: break
        case .failed(let error): span.fail(error)
        case .dropped: span.set(GenAIName.errorType, .string(ErrorType.cancelled))
        }
        span.finish()
    }

    /// Asks something that has no stream.
    private func call<Answer>(
        _ operation: String, describing describe: (inout AttributeList, Answer) -> Void = { _, _ in },
        _ work: () async throws -> Answer
    ) async throws -> Answer {
        let (span, labels) = self.begin(operation)
        let start = self.telemetry.time.now
        let meter = UsageMeter()
        var failure: (any Error)?
        defer {
            if let usage = meter.usage {
                self.telemetry.generations.used(usage, labels, span.trace)
                span.set(GenAIName.inputTokens, .int(usage.promptTokens))
            }
            if let failure { span.fail(failure) }
            self.telemetry.generations.took(
                self.telemetry.time.now - start, labels, error: failure.map(ErrorType.name), span.trace)
            span.finish()
        }
        do {
            let answer = try await ServiceContext.withValue(span.context) { try await meter.run(work) }
            span.update { describe(&$0.attributes, answer) }
            return answer
        } catch {
            failure = error
            throw error
        }
    }
}

extension GenerationPrompt {
    /// What OpenTelemetry calls a generation from it.
    var operationName: String { if case .raw = self { "text_completion" } else { "chat" } }
}
