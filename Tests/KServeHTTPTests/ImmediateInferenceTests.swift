// SPDX-License-Identifier: Apache-2.0

import AccessControl
import Foundation
import KServeProtocol
import LLMCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Observability
import ServedModelProbes
import ServingCore
import Testing

@Suite("Inference that is answered at once", .timeLimit(.minutes(5)))
struct ImmediateInferenceTests {
    private static let path = "/v2/models/own/infer"
    private let model = NotingModel()

    private static func body(_ data: String = "[1.5,2]", id: String = "7", more: String = "") -> String {
        #"{"id":"\#(id)","inputs":[{"name":"INPUT0","datatype":"FP32","shape":[2],"data":\#(data)}]\#(more)}"#
    }

    private static func request(_ body: String, _ headers: String = "") -> String {
        "POST \(Self.path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    /// Asks until the model's runs are known to be brief, and one was answered at once.
    private func warmUp(_ server: LiveKServe) async throws {
        for _ in 0..<10_000 where self.model.runs.last ?? true {
            #expect(try await server.post(Self.path, Self.body()).status == 200)
        }
        #expect(self.model.runs.last == false)
    }

    /// Asks until the answer was given at once: requests whose parts do not arrive together are a task's.
    private func atOnce(_ send: () async throws -> LiveKServe.Reply) async throws -> LiveKServe.Reply {
        for _ in 0..<1000 {
            let (count, reply) = (self.model.runs.count, try await send())
            if self.model.runs.count == count + 1, self.model.runs.last == false { return reply }
        }
        throw ServingError(.unavailable, "Nothing was answered at once.")
    }

    /// Sends bytes over a connection of its own and reads so many replies, status line and all.
    private func exchange(_ server: LiveKServe, _ pieces: [String], replies: Int) async throws -> String {
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            for piece in pieces { try await outbound.write(ByteBuffer(string: piece)) }
            var text = ""
            for try await part in inbound {
                text += String(buffer: part)
                if text.components(separatedBy: "}]}").count > replies { break }
            }
            return text
        }
    }

    @Test(
        "The reply is the one that a task gives, headers and all",
        arguments: [
            body(), body(id: "fail"), body(more: #","outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}]"#),
            body(more: #","parameters":{"binary_data_output":true}"#),
        ])
    func same(body: String) async throws {
        try await LiveKServe.run(backend: self.model) { [self] server in
            try await self.warmUp(server)
            // Whoever sets a time is answered by a task.
            let patient = try await server.send(
                .POST, Self.path, Array(body.utf8), headers: [("X-Request-Timeout", "60")])
            #expect(self.model.runs.last == true || body.contains("fail"))
            let atOnce = try await self.atOnce { try await server.post(Self.path, body) }
            #expect(atOnce.status == (body.contains("fail") ? 500 : 200))
            #expect(atOnce.status == patient.status && atOnce.bytes == patient.bytes)
            #expect(Set(atOnce.headers.keys) == Set(patient.headers.keys))
            for name in ["content-type", "content-length", "inference-header-content-length"] {
                #expect(atOnce.headers[name] == patient.headers[name], "\(name)")
            }
            let date = try #require(atOnce.headers["date"])
            let format = DateFormatter()
            (format.locale, format.timeZone) = (Locale(identifier: "en_US_POSIX"), TimeZone(identifier: "GMT"))
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let told = try #require(format.date(from: date))
            #expect(abs(told.timeIntervalSinceNow) < 60 && format.string(from: told) == date)
        }
    }

    @Test("What is not right is told by the routes, and the model serves on")
    func wrong() async throws {
        try await LiveKServe.run(backend: self.model) { [self] server in
            try await self.warmUp(server)
            let (runs, answers) = (self.model.runs.count, [("[1]", 400), ("[1,", 400), ("{}", 400)])
            for (data, status) in answers {
                let reply = try await server.post(Self.path, Self.body(data))
                #expect(reply.status == status && reply.json["error"]?.stringValue?.isEmpty == false)
            }
            #expect(try await server.post("/v2/models/none/infer", Self.body()).status == 404)
            #expect(try await server.post("/v2/models/own/versions/9/infer", Self.body()).status == 404)
            #expect(self.model.runs.count == runs)
            let versioned = try await self.atOnce {
                try await server.post("/v2/models/own/versions/1/infer", Self.body())
            }
            #expect(versioned.status == 200)
        }
    }

    @Test("Requests that follow one another without waiting are answered in their order, by whomever")
    func pipelined() async throws {
        try await LiveKServe.run(backend: self.model) { [self] server in
            try await self.warmUp(server)
            let requests = (0..<6).map { index in
                Self.request(
                    Self.body(id: "n\(index)"), index % 3 == 1 ? "X-Request-Timeout: 60\r\n" : "")
            }
            let text = try await self.exchange(server, [requests.joined()], replies: 6)
            let ids = text.matches(of: /"id":"(n\d)"/).map { String($0.output.1) }
            #expect(ids == (0..<6).map { "n\($0)" })
        }
    }

    @Test("A request in pieces is answered as well", arguments: [10, 90, 140, 180])
    func pieces(place: Int) async throws {
        try await LiveKServe.run(backend: self.model) { [self] server in
            try await self.warmUp(server)
            let request = Self.request(Self.body(id: "n1"))
            let pieces = [String(request.prefix(place)), String(request.dropFirst(place))]
            let text = try await self.exchange(server, pieces, replies: 1)
            #expect(text.hasPrefix("HTTP/1.1 200 OK") && text.contains(#""id":"n1""#))
        }
    }

    @Test("Where no place is free a request waits or is refused, as any other")
    func overload() async throws {
        let gate = RequestGate(nil)
        try await LiveKServe.run(gate: gate, backend: self.model) { [self] server in
            try await self.warmUp(server)
            gate.replace(.init(1, queue: 0, longestWait: .milliseconds(1)))
            let runs = self.model.runs.count
            let place = try await gate.enter()
            let refused = try await server.post(Self.path, Self.body())
            withExtendedLifetime(place) {}
            #expect(refused.status == 503 && refused.headers["retry-after"] != nil)
            #expect(self.model.runs.count == runs)
        }
    }

    @Test("A client that leaves while its request waits takes it out of the queue")
    func leaving() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        try await LiveKServe.run(telemetry: telemetry, backend: self.model) { [self] server in
            let (path, body) = ("/v2/models/patient/infer", Self.body().replacing("[2]", with: "[1,2]"))
            while server.repository.briefModel(named: "patient") == nil {
                async let other = server.post(path, body)
                _ = try await (server.post(path, body), other)
            }
            let patient = try server.repository.model(named: "patient")
            let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await client.writeAndFlush(
                ByteBuffer(string: Self.request(body).replacing(Self.path, with: path)))
            while patient.pendingCount == 0 { await Task.yield() }
            try await client.close()
            while patient.statistics.snapshot.failures[.cancelled] != 1 { await Task.yield() }
            #expect(patient.pendingCount == 0)
            while !spans.all.contains(where: { $0.attributes["error.type"] == "cancelled" }) { await Task.yield() }
            let reply = try await self.atOnce {
                async let other = server.post(path, body)
                let replies = try await (server.post(path, body), other)
                #expect(replies.1.status == 200)
                return replies.0
            }
            #expect(reply.status == 200)
        }
    }

    @Test("It is watched as any other request is")
    func telemetry() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        try await LiveKServe.run(telemetry: telemetry, backend: self.model) { [self] server in
            try await self.warmUp(server)
            let before = spans.all.count
            let reply = try await self.atOnce {
                try await server.send(
                    .POST, Self.path, Array(Self.body().utf8), headers: [("traceparent", parent), ("user-agent", "me")])
            }
            #expect(reply.status == 200)
            let span = try #require(spans.all.last { $0.kind == .server })
            #expect(spans.all.count(where: { $0.kind == .server }) > 0 && spans.all.count > before)
            #expect(span.name == "POST /v2/models/{model}/infer" && span.status == .unset)
            #expect("\(span.context.traceID)" == "0af7651916cd43dd8448eb211c80319c" && span.isParentRemote)
            #expect(span.attributes["http.route"] == "/v2/models/{model}/infer")
            #expect(span.attributes["http.response.status_code"] == 200)
            #expect(span.attributes["url.path"] == .string(Self.path))
            #expect(span.attributes["user_agent.original"] == "me" && span.attributes["url.scheme"] == "http")
            // A request that was left to the routes is counted once, and none is in progress afterwards.
            #expect(try await server.post(Self.path, "{").status == 400)
            let text = String(decoding: try await server.send(.GET, "/metrics").bytes, as: UTF8.self)
            let lines = text.split(separator: "\n")
            #expect(lines.contains(#"http_server_active_requests{http_request_method="POST"} 0.0"#))
            let failed = lines.first {
                $0.hasPrefix("http_server_request_duration_seconds_count") && $0.contains(#"status_code="400""#)
            }
            #expect(failed?.hasSuffix(" 1") == true || failed?.hasSuffix(" 1.0") == true, "\(failed ?? "")")
        }
    }
}
