// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import KServeProtocol
internal import LLMCore
internal import ServingCore
internal import SwiftProtobuf

extension InferenceService {
    func repositoryIndex(
        request: Inference_RepositoryIndexRequest, context: ServerContext
    ) async throws -> Inference_RepositoryIndexResponse {
        .with { response in
            response.models = self.repository.index(onlyReady: request.ready).map { line in
                .with {
                    ($0.name, $0.version) = (line.name, line.version ?? "")
                    ($0.state, $0.reason) = (line.state ?? "", line.reason ?? "")
                }
            }
        }
    }

    func repositoryModelLoad(
        request: Inference_RepositoryModelLoadRequest, context: ServerContext
    ) async throws -> Inference_RepositoryModelLoadResponse {
        try await RPCError.telling {
            try self.repository.checkControl()
            try await self.repository.load(request.modelName, try LoadParameters(request.parameters))
            return Inference_RepositoryModelLoadResponse()
        }
    }

    func repositoryModelUnload(
        request: Inference_RepositoryModelUnloadRequest, context: ServerContext
    ) async throws -> Inference_RepositoryModelUnloadResponse {
        try await RPCError.telling {
            try self.repository.checkControl()
            let dependents = request.parameters["unload_dependents"]?.boolParam ?? false
            try await self.repository.unload(request.modelName, dependents: dependents)
            return Inference_RepositoryModelUnloadResponse()
        }
    }

    func traceSetting(
        request: Inference_TraceSettingRequest, context: ServerContext
    ) async throws -> Inference_TraceSettingResponse {
        try await RPCError.telling {
            if !request.modelName.isEmpty { _ = try self.repository.model(named: request.modelName) }
            try TraceSettings.check(request.settings.map { ($0.key, $0.value.value) })
            return .with { response in
                for (name, values) in TraceSettings.values { response.settings[name] = .with { $0.value = values } }
            }
        }
    }

    func logSettings(
        request: Inference_LogSettingsRequest, context: ServerContext
    ) async throws -> Inference_LogSettingsResponse {
        try await RPCError.telling {
            try self.repository.log.set(request.settings.map { ($0.key, $0.value.json) })
            return .with { response in
                for (name, value) in self.repository.log.values { response.settings[name] = .init(value) }
            }
        }
    }

    // MARK: Shared memory: no region is ever registered, so none is listed and none is left to remove.

    func systemSharedMemoryStatus(
        request: Inference_SystemSharedMemoryStatusRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryStatusResponse { .init() }

    func systemSharedMemoryRegister(
        request: Inference_SystemSharedMemoryRegisterRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryRegisterResponse { throw Self.noSharedMemory }

    func systemSharedMemoryUnregister(
        request: Inference_SystemSharedMemoryUnregisterRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryUnregisterResponse { .init() }

    func cudaSharedMemoryStatus(
        request: Inference_CudaSharedMemoryStatusRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryStatusResponse { .init() }

    func cudaSharedMemoryRegister(
        request: Inference_CudaSharedMemoryRegisterRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryRegisterResponse { throw Self.noSharedMemory }

    func cudaSharedMemoryUnregister(
        request: Inference_CudaSharedMemoryUnregisterRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryUnregisterResponse { .init() }

    private static var noSharedMemory: RPCError {
        RPCError(
            code: .unimplemented,
            message: "Shared memory is not configured on this server; send tensors themselves.")
    }
}

extension Inference_LogSettingsRequest.SettingValue {
    /// The value.
    fileprivate var json: JSONValue {
        switch self.parameterChoice {
        case .boolParam(let truth): .bool(truth)
        case .uint32Param(let number): .integer(Int(number))
        case .stringParam(let text): .string(text)
        case nil: .null
        }
    }
}

extension Inference_LogSettingsResponse.SettingValue {
    fileprivate init(_ value: JSONValue) {
        self.init()
        switch value {
        case .bool(let truth): self.boolParam = truth
        case .integer(let number): self.uint32Param = UInt32(clamping: number)
        default: self.stringParam = value.stringValue ?? ""
        }
    }
}
