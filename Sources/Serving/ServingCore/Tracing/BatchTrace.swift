// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore
internal import Observability
internal import Tracing

/// A run of several requests as their traces show it: a span in each trace that is recorded, and links between them.
///
/// The first of them stands for the run: it has links to all others, they have one to it, and what the model does
/// meanwhile is a part of it.
struct BatchTrace {
    private let spans: [(index: Int, span: TracedSpan)]
    private let first: TracedSpan

    /// Begins the spans; nil where no request's trace is recorded.
    ///
    /// - Parameters:
    ///   - batch: What runs.
    ///   - asker: The request whose own task runs it, so that it has not waited.
    init?(_ batch: RequestBatch, asker: InferenceJob? = nil, _ tracing: InferenceTracing) {
        guard batch.jobs.contains(where: { $0.trace != nil }) else { return nil }
        let start = tracing.tracer.now()
        var attributes = tracing.attributes
        attributes["autoglm.model.instance"] = .int(batch.instance)
        attributes["autoglm.batch.requests"] = .int(batch.jobs.count)
        attributes["autoglm.batch.size"] = .int(batch.jobs.reduce(0) { $0 + $1.size })
        var spans: [(index: Int, span: TracedSpan)] = []
        for (index, job) in batch.jobs.enumerated() {
            guard let trace = job.trace else { continue }
            trace.leaveQueue(at: start, hasWaited: job !== asker)
            spans.append((index, trace.beginRun(attributes, at: start)))
        }
        // One that is sent for certain, where there is one: others may be dropped at their end.
        guard let first = spans.first(where: { $0.span.trace.isSampled }) ?? spans.first else { return nil }
        (self.spans, self.first) = (spans, first.span)
        for (_, span) in spans where span !== self.first {
            span.link(to: self.first.trace)
            self.first.link(to: span.trace)
        }
    }

    /// What the run belongs to.
    var context: ServiceContext { self.first.context }

    /// Ends the spans.
    func end(_ results: [Result<[KServeTensor], any Error>]) {
        for (index, span) in self.spans {
            if index < results.count, case .failure(let error) = results[index] { span.note(error) }
            span.finish()
        }
    }
}
