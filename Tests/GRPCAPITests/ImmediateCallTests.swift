// SPDX-License-Identifier: Apache-2.0

import AccessControl
import ByteCompression
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2
import KServeProtocol
import LLMCore
import NIOCore
import NIOPosix
import Observability
import ServedModelProbes
import ServingCore
import SwiftProtobuf
import Testing

@Suite("Calls that are answered at once", .timeLimit(.minutes(5)))
struct ImmediateCallTests {
    private typealias Client = Inference_GRPCInferenceService.Client<HTTP2ClientTransport.Posix>

    private static let path = "/inference.GRPCInferenceService/ModelInfer"
    private let model = NotingModel()
    /// Calls with a time limit are left to the services.
    private static let limited: CallOptions = {
        var options = CallOptions.defaults
        options.timeout = .seconds(600)
        return options
    }()

    private static func message(_ id: String = "7", values: [Float] = [1.5, 2]) -> Inference_ModelInferRequest {
        .with { message in
            (message.modelName, message.id) = ("own", id)
            message.inputs = [.with { ($0.name, $0.datatype, $0.shape) = ("INPUT0", "FP32", [Int64(values.count)]) }]
            message.rawInputContents = [values.withUnsafeBytes { Data($0) }]
        }
    }

    private static func call(_ message: Inference_ModelInferRequest) throws -> [UInt8] {
        RawHTTP2.call(Self.path, RawHTTP2.message(try message.serializedBytes()))
    }

    /// Serves, and asks until the model's runs are known to be brief and one was answered at once.
    private func run(
        telemetry: Telemetry? = nil, gate: RequestGate? = nil,
        _ body: @escaping @Sendable (LiveGRPC, Client) async throws -> Void
    ) async throws {
        try await LiveGRPC.run(backend: self.model, telemetry: telemetry, gate: gate) { [self] server in
            try await server.withClient { client in
                let service = Inference_GRPCInferenceService.Client(wrapping: client)
                for _ in 0..<10_000 where self.model.runs.last ?? true {
                    _ = try await service.modelInfer(Self.message())
                }
                #expect(self.model.runs.last == false)
                try await body(server, service)
            }
        }
    }

    @Test("The answer is the one that the services give", arguments: ["7", "", "fail"])
    func same(id: String) async throws {
        try await self.run { [model] _, service in
            var results: [Result<Inference_ModelInferResponse, RPCError>] = []
            for options in [Self.limited, .defaults] {
                do {
                    results.append(.success(try await service.modelInfer(Self.message(id), options: options)))
                } catch { results.append(.failure(try #require(error as? RPCError))) }
                #expect(model.runs.last == (options.timeout != nil))
            }
            switch (results[0], results[1]) {
            case (.success(let patient), .success(let atOnce)):
                #expect(patient == atOnce && id != "fail")
                #expect(atOnce.rawOutputContents == Self.message().rawInputContents)
            case (.failure(let patient), .failure(let atOnce)):
                #expect(patient.code == atOnce.code && patient.message == atOnce.message && id == "fail")
                #expect(atOnce.message.contains("100 %: \u{1F4A5}\n"))
            default: Issue.record("\(results)")
            }
        }
    }

    @Test("What is not right is told by the services, and the model serves on")
    func wrong() async throws {
        try await self.run { [model] _, service in
            let runs = model.runs.count
            let wrong: [(RPCError.Code, (inout Inference_ModelInferRequest) -> Void)] = [
                (.notFound, { $0.modelName = "none" }), (.notFound, { $0.modelVersion = "9" }),
                (.invalidArgument, { $0.inputs[0].shape = [3] }), (.invalidArgument, { $0.rawInputContents = [] }),
                (.invalidArgument, { $0.inputs[0].name = "other" }),
            ]
            for (code, change) in wrong {
                var message = Self.message()
                change(&message)
                let asked = message
                let error = await #expect(throws: RPCError.self) { try await service.modelInfer(asked) }
                #expect(error?.code == code && error?.message.isEmpty == false)
            }
            #expect(model.runs.count == runs)
            _ = try await service.modelInfer(Self.message())
            #expect(model.runs.count == runs + 1 && model.runs.last == false)
        }
    }

    @Test("A message larger than is read at once is answered by the services")
    func large() async throws {
        try await self.run { [model] _, service in
            let message = Self.message(values: Array(repeating: 1, count: 20_000))
            let answer = try await service.modelInfer(message)
            #expect(answer.rawOutputContents == message.rawInputContents)
            #expect(model.runs.last == true)
        }
    }

    @Test("A message in frames of any size is answered, with other frames between them", arguments: [1, 4, 5, 6, 50])
    func pieces(size: Int) async throws {
        try await self.run { [model] server, _ in
            let bytes = RawHTTP2.message(try Self.message().serializedBytes())
            let priority = RawHTTP2.frame(2, stream: 1, [0, 0, 0, 0, 15])
            var frames = RawHTTP2.frame(1, flags: 4, stream: 1, RawHTTP2.headers(Self.path)) + priority
            for start in stride(from: 0, to: bytes.count, by: size) {
                let part = Array(bytes[start..<min(bytes.count, start + size)])
                frames += RawHTTP2.frame(0, flags: start + size >= bytes.count ? 1 : 0, stream: 1, part) + priority
            }
            let answer = try await RawHTTP2.ask(server.port, frames)
            #expect(answer == .status(0))
            #expect(model.runs.last == false)
        }
    }

    @Test("Padding is no part of a message, and trailers of a client are no harm")
    func padding() async throws {
        try await self.run { [model] server, _ in
            let headers = RawHTTP2.frame(1, flags: 4, stream: 1, RawHTTP2.headers(Self.path))
            let bytes = RawHTTP2.message(try Self.message().serializedBytes())
            let padded = RawHTTP2.frame(0, flags: 9, stream: 1, [3] + bytes + [0, 0, 0])
            let answer = try await RawHTTP2.ask(server.port, headers + padded)
            #expect(answer == .status(0) && model.runs.last == false)
            let data = RawHTTP2.frame(0, stream: 1, bytes)
            let trailers = RawHTTP2.frame(1, flags: 5, stream: 1, [0, 1, 97, 1, 98])
            // gRPC has no trailers of clients.
            let refused = try await RawHTTP2.ask(server.port, headers + data + trailers)
            #expect(refused != .status(0))
            let next = try await RawHTTP2.ask(server.port, try Self.call(Self.message()))
            #expect(next == .status(0))
        }
    }

    @Test("A call that its client never completes does not keep the server")
    func incomplete() async throws {
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: (any Channel).self)
        try await self.run { server, _ in
            // The message is begun; the answer to a ping tells that the server has seen that.
            let begun = RawHTTP2.message(try Self.message().serializedBytes())
            let frames =
                RawHTTP2.frame(1, flags: 4, stream: 1, RawHTTP2.headers(Self.path))
                + RawHTTP2.frame(0, stream: 1, Array(begun.prefix(7))) + RawHTTP2.frame(6, Array(1...8))
            promise.succeed(try await RawHTTP2.open(server.port, frames, untilPing: Array(1...8)))
        }
        // The server has ended, and with it the connection.
        try await promise.futureResult.get().closeFuture.get()
    }

    @Test("A client that leaves while its call waits takes it out of the queue")
    func leaving() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        try await self.run(telemetry: telemetry) { [model] server, service in
            var message = Self.message()
            message.modelName = "patient"
            message.inputs[0].shape = [1, 2]
            let asked = message
            while server.repository.briefModel(named: "patient") == nil {
                async let other = service.modelInfer(asked)
                _ = try await (service.modelInfer(asked), other)
            }
            let patient = try server.repository.model(named: "patient")
            let frames = try Self.call(asked) + RawHTTP2.frame(6, Array(1...8))
            let client = try await RawHTTP2.open(server.port, frames, untilPing: Array(1...8))
            while patient.pendingCount == 0 { await Task.yield() }
            try await client.close()
            while patient.statistics.snapshot.failures[.cancelled] != 1 { await Task.yield() }
            #expect(patient.pendingCount == 0)
            let cancelled = AttributeValue.int(RPCError.Code.cancelled.rawValue)
            while !spans.all.contains(where: { $0.attributes["rpc.grpc.status_code"] == cancelled }) {
                await Task.yield()
            }
            async let other = service.modelInfer(asked)
            _ = try await (service.modelInfer(asked), other)
            #expect(model.runs.last == false)
        }
    }

    @Test("Messages that are compressed are answered, at once and by services", arguments: ZlibForm.allCases)
    func compressed(form: ZlibForm) async throws {
        try await self.run { [model] server, _ in
            let encoding = ("grpc-encoding", form == .gzip ? "gzip" : "deflate")
            let large = Self.message(values: .init(repeating: 1, count: 9000))
            for message in [Self.message(), Self.message("fail"), large] {
                let bytes = ByteBuffer(bytes: try message.serializedBytes() as [UInt8])
                let deflated = Array(try form.deflated(bytes).readableBytesView)
                let call = RawHTTP2.call(Self.path, RawHTTP2.message(deflated, isCompressed: 1), [encoding])
                let answer = try await RawHTTP2.ask(server.port, call)
                #expect(answer == .status(message.id == "fail" ? RPCError.Code.internalError.rawValue : 0))
                #expect(model.runs.last == (bytes.readableBytes > 32 << 10))
            }
            let bomb = Array(try form.deflated(ByteBuffer(repeating: 0, count: 65 << 20)).readableBytesView)
            let call = RawHTTP2.call(Self.path, RawHTTP2.message(bomb, isCompressed: 1), [encoding])
            let refused = try await RawHTTP2.ask(server.port, call)
            #expect(refused != .status(0))
        }
    }

    @Test("Where no place is free a call is refused, as any other")
    func overload() async throws {
        let gate = RequestGate(nil)
        try await self.run(gate: gate) { [model] _, service in
            gate.replace(.init(1, queue: 0, longestWait: .milliseconds(1)))
            // The last call's place is given back when its answer is sent.
            while gate.enterAtOnce().place == nil { await Task.yield() }
            let runs = model.runs.count
            let place = try await gate.enter()
            let error = await #expect(throws: RPCError.self) { try await service.modelInfer(Self.message()) }
            withExtendedLifetime(place) {}
            #expect(error?.code == .unavailable && error?.metadata["grpc-retry-pushback-ms"].first { _ in true } != nil)
            #expect(model.runs.count == runs)
        }
    }

    @Test("It is a span in its caller's trace, once, whoever answers it")
    func telemetry() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        try await self.run(telemetry: telemetry) { [model] _, service in
            let parent = { (digit: Int) in "00-0af7651916cd43dd8448eb211c80319\(digit)-b7ad6b7169203331-01" }
            _ = try await service.modelInfer(Self.message(), metadata: ["traceparent": .string(parent(1))])
            #expect(model.runs.last == false)
            for (number, id, change) in [(2, "fail", "own"), (3, "7", "none")] {
                var message = Self.message(id)
                message.modelName = change
                let asked = message
                await #expect(throws: RPCError.self) {
                    try await service.modelInfer(asked, metadata: ["traceparent": .string(parent(number))])
                }
            }
            for (number, status) in [(1, 0), (2, 13), (3, 5)] {
                let own = spans.all.filter { "\($0.context.traceID)" == "0af7651916cd43dd8448eb211c80319\(number)" }
                let calls = own.filter { $0.kind == .server }
                #expect(calls.map { $0.attributes["rpc.grpc.status_code"] } == [.int(status)])
                #expect(calls.first?.isParentRemote == true)
                #expect(own.contains { $0.name == "execute own" } == (number != 3), "\(own.map(\.name))")
            }
        }
    }
}
