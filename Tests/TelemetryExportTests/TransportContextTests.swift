// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Observability
import RemoteTransport
import Testing
import Tracing

@Suite("Traces on their way to other machines")
struct TransportContextTests {
    @Test("A request to a server carries the trace of the task that sends it, and none outside of one")
    func carries() async throws {
        try await ScriptedReceiver.run(.http) { receiver, otlp in
            let transport = HTTPTransport()
            let request = TransportRequest(method: .POST, url: otlp.url(of: .traces), body: ByteBuffer(string: "x"))
            _ = try await transport.send(request).collect()
            let span = SpanTracer(receivers: []).begin("work", parent: nil)
            _ = try await ServiceContext.withValue(span.context) { try await transport.send(request).collect() }
            let headers = receiver.messages.map { $0.headers["traceparent"] }
            #expect(headers == [nil, span.trace.traceparent])
        }
    }
}
