// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import GRPCNIOTransportHTTP2
import KServeModels
import KServeProtocol
import LLMCore
import SwiftProtobuf
import Synchronization

/// A server with a few models that speaks both protocols, for tests.
final class FakeTriton: Sendable {
    /// The ways to talk with it.
    enum Wire: CaseIterable {
        case http, httpJSON, grpc
    }

    /// Everything that a text model was asked with, by input.
    let asked = Mutex<[[String: JSONValue]]>([])
    /// How many texts each batch had.
    let batches = Mutex<[Int]>([])
    /// Tells that a client went away before its answer was complete.
    let abandonments: AsyncStream<Void>
    let abandonment: AsyncStream<Void>.Continuation

    init() { (self.abandonments, self.abandonment) = AsyncStream.makeStream() }

    /// Runs a server while a test talks to it by a client.
    static func run<Value: Sendable>(
        _ wire: Wire, _ body: (KServeClient, FakeTriton) async throws -> Value
    ) async throws -> Value {
        try await Self.serve(wire) { url, triton in
            try await body(try KServeClient(url, tensorForm: wire == .httpJSON ? .json : .binary), triton)
        }
    }

    /// Runs a server at a URL while a test uses it; an encrypted one shows ``TestCertificate``.
    static func serve<Value: Sendable>(
        _ wire: Wire, isEncrypted: Bool = false, _ body: (String, FakeTriton) async throws -> Value
    ) async throws -> Value {
        let triton = FakeTriton()
        guard wire == .grpc else {
            return try await ScriptedServer.run({ triton.reply(to: $0) }, isEncrypted: isEncrypted) { server in
                return try await withThrowingTaskGroup { group in
                    group.addTask { for await _ in server.abandonments { triton.abandonment.yield() } }
                    defer { group.cancelAll() }
                    return try await body(server.url, triton)
                }
            }
        }
        return try await withGRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: 0),
                transportSecurity: isEncrypted ? Self.encryption : .plaintext
            ),
            services: [GRPCTriton(triton: triton)]
        ) { server in
            let port = try await server.listeningAddress?.ipv4?.port ?? 0
            return try await body(
                isEncrypted ? "grpcs://localhost:\(port)" : "grpc://127.0.0.1:\(port)", triton)
        }
    }

    private static var encryption: HTTP2ServerTransport.Posix.TransportSecurity {
        .tls(
            certificateChain: [.bytes(Array(TestCertificate.pem.utf8), format: .pem)],
            privateKey: .bytes(Array(TestCertificate.key.utf8), format: .pem))
    }

    /// A tensor of a model's description.
    typealias Tensor = Inference_ModelMetadataResponse.TensorMetadata

    /// What the models take and give.
    func metadata(_ name: String) -> Inference_ModelMetadataResponse? {
        func tensors(_ all: [(String, String, [Int64])]) -> [Tensor] {
            all.map { name, datatype, shape in .with { ($0.name, $0.datatype, $0.shape) = (name, datatype, shape) } }
        }
        let flags = ["stream", "exclude_input_in_output", "return_finish_reason", "return_num_input_tokens"]
        let (inputs, outputs): ([(String, String, [Int64])], [(String, String, [Int64])])
        switch name {
        case "text":
            inputs =
                [("text_input", "BYTES", [1]), ("sampling_parameters", "BYTES", [1])]
                + (flags + ["return_num_output_tokens"]).map { ($0, "BOOL", [1]) }
            outputs = [
                ("text_output", "BYTES", [-1]), ("finish_reason", "BYTES", [-1]), ("num_input_tokens", "UINT32", [1]),
                ("num_output_tokens", "UINT32", [1]),
            ]
        case "plain": (inputs, outputs) = ([("question", "BYTES", [-1, 1])], [("answer", "BYTES", [-1, 1])])
        case "embed": (inputs, outputs) = ([("text", "BYTES", [-1, 1])], [("vector", "FP32", [-1, 3])])
        case "echo": (inputs, outputs) = ([("in", "FP32", [-1])], [("in", "FP32", [-1])])
        default: return nil
        }
        return .with {
            ($0.name, $0.versions, $0.platform) = (name, ["1"], "fake")
            ($0.inputs, $0.outputs) = (tensors(inputs), tensors(outputs))
        }
    }

    /// How the models are served.
    func configuration(_ name: String) -> Inference_ModelConfig {
        .with {
            ($0.name, $0.backend) = (name, "fake")
            $0.maxBatchSize = ["embed": 2, "plain": 8][name] ?? 0
            $0.modelTransactionPolicy.decoupled = name == "text"
        }
    }

    /// What was counted for a model.
    func statistics(_ name: String) -> Inference_ModelStatisticsResponse {
        .with {
            $0.modelStats = [
                .with {
                    ($0.name, $0.version, $0.inferenceCount, $0.executionCount) = (name, "1", 7, 3)
                    $0.inferenceStats.success = .with { ($0.count, $0.ns) = (6, 600) }
                }
            ]
        }
    }

    /// What the models that answer once make of their inputs.
    func infer(_ model: String, _ inputs: [KServeTensor]) throws -> [KServeTensor] {
        switch model {
        case "plain":
            let answers = try inputs[0].strings().map { $0.uppercased() }
            return [try KServeTensor("answer", shape: inputs[0].shape, strings: answers)]
        case "embed":
            let texts = try inputs[0].strings()
            self.batches.withLock { $0.append(texts.count) }
            let values = texts.flatMap { text -> [Float] in [Float(text.utf8.count), 0.5, -1] }
            return [try KServeTensor("vector", shape: [texts.count, 3], values: values)]
        default: return inputs
        }
    }
}
