// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AutoGLMProtocol
internal import GRPCCore
internal import GRPCProtobuf
internal import LLMCore
internal import ModelGateway
internal import OrderedCollections
internal import ServingCore
internal import SwiftProtobuf

/// The service `autoglm.v1.AutoGLM`.
struct AutoGLMService: Autoglm_V1_AutoGLM.SimpleServiceProtocol {
    /// The most texts of one request to embed.
    private static let mostTexts = 2048

    let models: Gateway
    let repository: ModelRepository
    let pipelines: (any PipelineRunning)?

    // MARK: Models at work

    func generate(
        request: RPCAsyncSequence<Autoglm_V1_GenerateRequest, any Error>,
        response: RPCWriter<Autoglm_V1_GenerateResponse>, context: ServerContext
    ) async throws {
        let cancellation = context.cancellation
        try await GoogleRPCStatus.telling {
            try await GenerateCall(models: self.models, response: response).run(request, cancellation)
        }
    }

    func embed(request: Autoglm_V1_EmbedRequest, context: ServerContext) async throws -> Autoglm_V1_EmbedResponse {
        let cancellation = context.cancellation
        return try await GoogleRPCStatus.telling {
            guard 1...Self.mostTexts ~= request.texts.count else {
                throw LLMError(
                    .invalidRequest, "'texts' has \(request.texts.count) texts; it must have 1 to \(Self.mostTexts).")
            }
            let requester = Requester(unit: request.user.isEmpty ? nil : request.user)
            let model = try await self.models.model(named: request.model, for: requester)
            let meter = UsageMeter(caller: Admission.current?.name ?? request.user)
            let vectors = try await race(against: { try await cancellation.cancelled }) {
                try await meter.run { try await model.embed(request.texts) }
            }
            guard let vectors else { throw CancellationError() }
            return .with {
                $0.vectors = vectors.map { vector in .with { $0.values = vector } }
                $0.promptTokens = Int64(meter.usage?.promptTokens ?? 0)
            }
        }
    }

    func runPipeline(
        request: Autoglm_V1_RunPipelineRequest, response: RPCWriter<Autoglm_V1_PipelineEvent>, context: ServerContext
    ) async throws {
        let cancellation = context.cancellation
        try await GoogleRPCStatus.telling {
            guard let pipelines else {
                throw LLMError(.unsupported, "This server runs no pipelines; its configuration names none.")
            }
            let text = request.inputsJson.isEmpty ? "{}" : request.inputsJson
            guard let inputs = try JSONValue(parsing: text, maximumDepth: 64).objectValue else {
                throw LLMError(.invalidRequest, "'inputs_json' must be an object.")
            }
            let values = Dictionary(uniqueKeysWithValues: inputs.map { ($0.key, $0.value) })
            let (events, continuation) = AsyncStream<Autoglm_V1_PipelineEvent>.makeStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    defer { continuation.finish() }
                    let result = try await pipelines.run(request.pipeline, inputs: values) { event in
                        if let message = Autoglm_V1_PipelineEvent(event) { continuation.yield(message) }
                    }
                    continuation.yield(Autoglm_V1_PipelineEvent(result))
                }
                group.addTask {
                    try await cancellation.cancelled
                    continuation.finish()
                    throw CancellationError()
                }
                for await event in events { try await response.write(event) }
                try await group.next()
            }
        }
    }

    // MARK: What is served

    func listModels(
        request: Autoglm_V1_ListModelsRequest, context: ServerContext
    ) async throws -> Autoglm_V1_ListModelsResponse {
        let names = self.models.visibleNames
        let others = self.repository.index(onlyReady: false).filter { !names.contains($0.name) }
        return .with { response in
            response.models = names.map { name in
                .with { ($0.name, $0.ready, $0.isLanguageModel) = (name, true, true) }
            }
            response.models += others.map { line in
                Autoglm_V1_ModelInfo.with {
                    ($0.name, $0.version) = (line.name, line.version ?? "")
                    ($0.ready, $0.reason) = (line.state == "READY", line.reason ?? "")
                }
            }
            response.pipelines = self.pipelines?.names ?? []
        }
    }

    func modelReady(
        request: Autoglm_V1_ModelReadyRequest, context: ServerContext
    ) async throws -> Autoglm_V1_ModelReadyResponse {
        let isLanguageModel = request.version.isEmpty && self.models.visibleNames.contains(request.name)
        let isLoaded = (try? self.repository.model(named: request.name, version: request.version)) != nil
        return .with { $0.ready = isLanguageModel || isLoaded }
    }

    func loadModel(
        request: Autoglm_V1_LoadModelRequest, context: ServerContext
    ) async throws -> Autoglm_V1_LoadModelResponse {
        try await GoogleRPCStatus.telling {
            try self.repository.checkControl()
            try await self.repository.load(request.name)
            return Autoglm_V1_LoadModelResponse()
        }
    }

    func unloadModel(
        request: Autoglm_V1_UnloadModelRequest, context: ServerContext
    ) async throws -> Autoglm_V1_UnloadModelResponse {
        try await GoogleRPCStatus.telling {
            try self.repository.checkControl()
            try await self.repository.unload(request.name, dependents: request.unloadDependents)
            return Autoglm_V1_UnloadModelResponse()
        }
    }
}
