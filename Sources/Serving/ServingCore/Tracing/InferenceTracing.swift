// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Observability
internal import Tracing

/// Makes spans of what a version of a model does for requests whose traces are recorded; for others it does nothing.
struct InferenceTracing: Sendable {
    let tracer: SpanTracer
    let model: String
    /// What every span has.
    let attributes: AttributeList

    init(_ tracer: SpanTracer, model: String, version: String) {
        self.tracer = tracer
        self.model = model
        self.attributes = ["autoglm.model.name": .string(model), "autoglm.model.version": .string(version)]
    }

    /// The request of the task at work, from now on; nil where nothing of its trace is recorded.
    var request: RequestTrace? { self.request { self.tracer.records($0) } }

    /// The same, of a request that is brief: nil also where its trace would be kept only if something went wrong.
    var sampledRequest: RequestTrace? { self.request { $0.isSampled } }

    private func request(where isRecorded: (TraceContext) -> Bool) -> RequestTrace? {
        guard let trace = TraceContext.current, isRecorded(trace) else { return nil }
        return RequestTrace(trace, within: ServiceContext.current ?? .topLevel, tracing: self)
    }
}

extension TracedSpan {
    /// Notes how it ended; whoever goes away has not made it fail.
    func note(_ error: any Error) {
        guard error is CancellationError else { return self.fail(error) }
        self.set("error.type", .string(ErrorType.cancelled))
    }
}
