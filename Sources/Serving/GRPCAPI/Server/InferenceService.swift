// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import KServeProtocol
internal import LLMCore
internal import ServingCore
internal import SwiftProtobuf

/// The service `inference.GRPCInferenceService`.
struct InferenceService: Inference_GRPCInferenceService.SimpleServiceProtocol {
    /// The extensions of the protocol that the server speaks.
    static let extensions = [
        "sequence", "model_repository", "schedule_policy", "model_configuration", "parameters", "statistics", "trace",
        "logging",
    ]

    let repository: ModelRepository
    let version: String

    func serverLive(
        request: Inference_ServerLiveRequest, context: ServerContext
    ) async throws -> Inference_ServerLiveResponse { .with { $0.live = true } }

    func serverReady(
        request: Inference_ServerReadyRequest, context: ServerContext
    ) async throws -> Inference_ServerReadyResponse { .with { $0.ready = self.repository.isReady } }

    func modelReady(
        request: Inference_ModelReadyRequest, context: ServerContext
    ) async throws -> Inference_ModelReadyResponse {
        .with { $0.ready = (try? self.repository.model(named: request.name, version: request.version)) != nil }
    }

    func serverMetadata(
        request: Inference_ServerMetadataRequest, context: ServerContext
    ) async throws -> Inference_ServerMetadataResponse {
        .with { ($0.name, $0.version, $0.extensions) = ("open-autoglm", self.version, Self.extensions) }
    }

    func modelMetadata(
        request: Inference_ModelMetadataRequest, context: ServerContext
    ) async throws -> Inference_ModelMetadataResponse {
        try await RPCError.telling {
            let model = try self.repository.model(named: request.name, version: request.version)
            return Inference_ModelMetadataResponse(
                model.configuration, versions: try self.repository.models(named: request.name).map(\.version))
        }
    }

    func modelConfig(
        request: Inference_ModelConfigRequest, context: ServerContext
    ) async throws -> Inference_ModelConfigResponse {
        try await RPCError.telling {
            let model = try self.repository.model(named: request.name, version: request.version)
            return .with { $0.config = model.configuration.message }
        }
    }

    func modelStatistics(
        request: Inference_ModelStatisticsRequest, context: ServerContext
    ) async throws -> Inference_ModelStatisticsResponse {
        try await RPCError.telling {
            let models =
                request.name.isEmpty
                ? self.repository.allModels
                : request.version.isEmpty
                    ? try self.repository.models(named: request.name)
                    : [try self.repository.model(named: request.name, version: request.version)]
            return .with { $0.modelStats = models.map(Inference_ModelStatistics.init) }
        }
    }

    func modelInfer(
        request: Inference_ModelInferRequest, context: ServerContext
    ) async throws -> Inference_ModelInferResponse {
        try await RPCError.telling {
            let isBrief = self.repository.briefModel(named: request.modelName, version: request.modelVersion) != nil
            if isBrief { return try await self.answer(request, context.cancellation) }
            // What computes for longer leaves the event loop, which other connections wait for.
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await self.answer(request, context.cancellation)
            }
        }
    }

    private func answer(
        _ request: Inference_ModelInferRequest, _ cancellation: ServerContext.RPCCancellationHandle
    ) async throws -> Inference_ModelInferResponse {
        let call = try self.repository.start(try InferenceRequest(request))
        if let result = call.resultAtOnce() { return try Inference_ModelInferResponse(try result.get()) }
        // A client that goes away, or whose deadline passes, takes its request out of the queue.
        let answer = try await race(against: { try await cancellation.cancelled }) { try await call.response() }
        guard let answer else { throw CancellationError() }
        return try Inference_ModelInferResponse(answer)
    }
}
