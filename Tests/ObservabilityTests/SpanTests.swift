// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Observability
import Testing
import Tracing

@Suite("Spans")
struct SpanTests {
    private let probe = TelemetryProbe()

    @Test("A span has its times, its place in the trace and what was told of it")
    func record() throws {
        let tracer = self.probe.tracer()
        let outer = tracer.begin("outer", kind: .server, attributes: ["a": 1])
        self.probe.advance(by: .milliseconds(2))
        let inner = tracer.begin("inner", parent: outer.trace)
        inner.set("b", "text")
        self.probe.advance(by: .milliseconds(3))
        inner.finish()
        outer.finish()
        outer.set("late", true)
        outer.finish()
        let (first, second) = (try #require(self.probe.spans.first), try #require(self.probe.spans.last))
        #expect(self.probe.names == ["inner", "outer"])
        #expect(first.context.traceID == second.context.traceID)
        #expect(first.parentID == second.context.spanID && second.parentID == nil)
        #expect(first.duration == .milliseconds(3) && second.duration == .milliseconds(5))
        #expect(first.attributes["b"] == "text" && second.attributes["a"] == 1)
        #expect(second.attributes["late"] == nil && second.kind == .server)
    }

    @Test("A span that nobody holds any more has ended")
    func dropped() {
        do { _ = self.probe.tracer().begin("forgotten") }
        #expect(self.probe.names == ["forgotten"])
    }

    @Test("Libraries that trace by Swift's common interface appear in the same trace")
    func tracing() async throws {
        let tracer = self.probe.tracer()
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await tracer.withSpan("outer", ofKind: .client) { span in
                span.attributes["answer"] = 42
                span.addEvent(SpanEvent(name: "noted", attributes: ["k": "v"]))
                try await tracer.withSpan("inner") { (_: TracedSpan) async throws -> Void in throw Failure() }
            }
        }
        let spans = self.probe.spans
        #expect(spans.map(\.name) == ["inner", "outer"])
        #expect(spans[0].parentID == spans[1].context.spanID)
        #expect(spans[1].attributes["answer"] == 42)
        #expect(spans[1].events.map(\.name) == ["noted", "exception"])
        #expect(spans[1].events[1].attributes["exception.type"] == "Failure")
        #expect(spans[0].status == .error("") && spans[1].kind == .client)
    }

    @Test("Context goes into a message and out of it by the common interface, too")
    func carriers() throws {
        let tracer = self.probe.tracer()
        let span = tracer.begin("work")
        var fields: [String: String] = [:]
        tracer.inject(span.context, into: &fields, using: FieldCarrier())
        var context = ServiceContext.topLevel
        tracer.extract(fields, into: &context, using: FieldCarrier())
        let remote = tracer.startSpan("remote", context: context)
        #expect(remote.trace.traceID == span.trace.traceID)
        remote.end()
        #expect(self.probe.spans.first { $0.name == "remote" }?.isParentRemote == true)
    }

    @Test("What is told has bounds, and what is dropped is counted")
    func bounds() throws {
        let span = self.probe.tracer().begin("much")
        for index in 0..<300 {
            span.set("key\(index)", 1)
            span.addEvent(SpanEvent(name: "event"))
        }
        span.set("key0", .string(String(repeating: "x", count: 100_000)))
        span.finish()
        let record = try #require(self.probe.spans.first)
        #expect(record.attributes.all.count == 128 && record.attributes.droppedCount == 172)
        #expect(record.events.count == 128 && record.droppedEvents == 172)
        guard case .string(let text) = record.attributes["key0"] else { throw LLMError(.backendFailed, "No text.") }
        #expect(text.count == 65_537)
    }

    @Test("A failure has its code and message; of foreign errors only the type is told")
    func failures() throws {
        struct Foreign: Error { let secret = "sk-123" }
        for error: any Error in [LLMError(.rateLimited, "Too many."), Foreign(), CancellationError()] {
            let span = self.probe.tracer().begin("work")
            span.fail(error)
            span.finish()
        }
        let types = self.probe.spans.map { $0.attributes["error.type"] }
        #expect(types == ["llm.rate-limited", "Foreign", "cancelled"])
        #expect(self.probe.spans.map(\.status) == [.error("Too many."), .error("Foreign"), .error("cancelled")])
    }
}

private struct FieldCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}
