// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import KServeProtocol
internal import LLMCore
internal import ServingCore
internal import SwiftProtobuf

extension InferenceService {
    /// Takes requests in their order, and sends answers as they come; a request that fails does not end the others.
    func modelStreamInfer(
        request: RPCAsyncSequence<Inference_ModelInferRequest, any Error>,
        response: RPCWriter<Inference_ModelStreamInferResponse>, context: ServerContext
    ) async throws {
        let (answers, continuation) = AsyncStream<Inference_ModelStreamInferResponse>.makeStream()
        let cancellation = context.cancellation
        try await RPCError.telling {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    defer { continuation.finish() }
                    try await self.answer(request) { continuation.yield($0) }
                }
                group.addTask {
                    try await cancellation.cancelled
                    continuation.finish()
                    throw CancellationError()
                }
                for await answer in answers { try await response.write(answer) }
                try await group.next()
            }
        }
    }

    private func answer(
        _ requests: RPCAsyncSequence<Inference_ModelInferRequest, any Error>,
        _ send: @escaping @Sendable (Inference_ModelStreamInferResponse) -> Void
    ) async throws {
        try await withThrowingDiscardingTaskGroup { calls in
            for try await message in requests {
                do {
                    let call = try self.repository.start(try InferenceRequest(message))
                    calls.addTask { await Self.answer(message, call, send) }
                } catch { send(Self.failure(error, of: message)) }
            }
        }
    }

    private static func answer(
        _ message: Inference_ModelInferRequest, _ call: InferenceCall,
        _ send: @Sendable (Inference_ModelStreamInferResponse) -> Void
    ) async {
        do {
            let (isDecoupled, version) = (call.isDecoupled, call.version)
            try await call.stream { answer in
                var answer = answer
                answer.parameters["triton_final_response"] = .bool(!isDecoupled)
                let response = try Inference_ModelInferResponse(answer)
                send(.with { $0.inferResponse = response })
            }
            // Where nobody knows which answer is the last, an empty one says so to clients that want it.
            guard isDecoupled, message.parameters["triton_enable_empty_final_response"]?.boolParam == true else {
                return
            }
            send(
                .with {
                    $0.inferResponse.modelName = message.modelName
                    $0.inferResponse.modelVersion = version
                    $0.inferResponse.id = message.id
                    $0.inferResponse.parameters["triton_final_response"] = .with { $0.boolParam = true }
                })
        } catch { send(Self.failure(error, of: message)) }
    }

    private static func failure(
        _ error: any Error, of message: Inference_ModelInferRequest
    ) -> Inference_ModelStreamInferResponse {
        .with {
            $0.errorMessage = ServingError(error).message
            $0.inferResponse.id = message.id
        }
    }
}
