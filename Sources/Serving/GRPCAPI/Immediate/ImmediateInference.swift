// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import GRPCCore
internal import KServeProtocol
internal import NIOCore
internal import NIOHPACK
internal import Observability
internal import ServingCore
internal import SwiftProtobuf
internal import Tracing

/// Calls of `ModelInfer` for models whose runs are brief: they are answered on the thread of their connection, past interceptors and
/// services.
///
/// It may leave any call to the server's services, which answer the same, with more ways to say what is wrong.
struct ImmediateInference: Sendable {
    /// A call that was read, with what is held for it until it is answered.
    struct Call: Sendable {
        fileprivate let model: LoadedModel
        fileprivate let job: InferenceJob
        fileprivate let trace: TracedCall?
        fileprivate let place: Lease?

        /// Takes the call back: nobody waits for its answer any more.
        func cancel() { self.model.cancel(self.job) }
    }

    /// How a call ends.
    enum Answer: Sendable {
        /// With this message, in gRPC's frame.
        case message(ByteBuffer)
        case failure(RPCError)
    }

    /// The most bytes of a message that is read on the event loop, which other connections wait for.
    static let mostBytes = 32 << 10
    private static let method = MethodDescriptor(
        fullyQualifiedService: "inference.GRPCInferenceService", method: "ModelInfer")
    private static let path = "/inference.GRPCInferenceService/ModelInfer"
    private static let contentTypes: Set<String> = ["application/grpc", "application/grpc+proto"]

    let repository: ModelRepository
    let gate: RequestGate?
    let telemetry: Telemetry?
    let log: RequestLog

    /// Whether a call may be answered at once: what needs more than its path and its message is left to the services.
    func takes(_ headers: HPACKHeaders) -> Bool {
        var (path, type, isPost) = (false, false, false)
        for (name, value, _) in headers {
            switch name {
            case ":path":
                guard value == Self.path else { return false }
                path = true
            case ":method": isPost = value == "POST"
            case "content-type": type = Self.contentTypes.contains(value)
            case "grpc-encoding": if value != "identity" { return false }
            case "grpc-timeout": return false
            default: break
            }
        }
        return path && type && isPost
    }

    /// Reads a call; nil leaves it to the services.
    ///
    /// - Parameter body: Messages in gRPC's frames.
    func read(_ headers: HPACKHeaders, _ body: ByteBuffer) -> Call? {
        guard let bytes = Self.message(of: body),
            let message = try? Inference_ModelInferRequest(serializedBytes: bytes),
            let model = self.repository.briefModel(named: message.modelName, version: message.modelVersion),
            let request = try? InferenceRequest(message)
        else { return nil }
        let (isLetIn, place) = self.gate?.enterAtOnce() ?? (true, nil)
        guard isLetIn else { return nil }
        guard let telemetry else {
            return model.job(forAnsweringAtOnce: request).map { Call(model: model, job: $0, trace: nil, place: place) }
        }
        let trace = TracedCall(
            Self.method, traceparent: headers["traceparent"], tracestate: headers["tracestate"], telemetry, self.log)
        // Of what is brief no more than the call itself is in traces that are kept only where something goes wrong.
        let job =
            trace.isSampled
            ? ServiceContext.withValue(trace.context) { model.job(forAnsweringAtOnce: request) }
            : model.job(forAnsweringAtOnce: request)
        guard let job else {
            trace.abandon()
            return nil
        }
        return Call(model: model, job: job, trace: trace, place: place)
    }

    /// Answers calls that came together.
    ///
    /// - Parameter answer: Gets the answer to each by its place, now or soon and on any thread; nil leaves a call to the services.
    func answer(_ calls: [Call], _ answer: @escaping @Sendable (Int, Answer?) -> Void) {
        let refused = self.repository.start(calls.map { ($0.model, $0.job) }) { index, result in
            answer(index, Self.conclude(calls[index], result))
        }
        for index in refused {
            calls[index].place?.end()
            calls[index].trace?.abandon()
            answer(index, nil)
        }
    }

    private static func conclude(_ call: Call, _ result: Result<InferenceResponse, any Error>) -> Answer {
        // Others of the same turn, with whom this is held, may take longer.
        call.place?.end()
        do {
            let message = try Self.frame(try result.get())
            call.trace?.end()
            return .message(message)
        } catch {
            let error = RPCError(telling: error)
            call.trace?.end(error)
            return .failure(error)
        }
    }
}
