// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import KServeProtocol

/// What no client of these tests asks for.
extension GRPCTriton {
    private static var unused: RPCError { RPCError(code: .unimplemented, message: "not in this test") }

    func repositoryIndex(
        request: Inference_RepositoryIndexRequest, context: ServerContext
    ) async throws -> Inference_RepositoryIndexResponse { throw Self.unused }

    func repositoryModelLoad(
        request: Inference_RepositoryModelLoadRequest, context: ServerContext
    ) async throws -> Inference_RepositoryModelLoadResponse { throw Self.unused }

    func repositoryModelUnload(
        request: Inference_RepositoryModelUnloadRequest, context: ServerContext
    ) async throws -> Inference_RepositoryModelUnloadResponse { throw Self.unused }

    func systemSharedMemoryStatus(
        request: Inference_SystemSharedMemoryStatusRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryStatusResponse { throw Self.unused }

    func systemSharedMemoryRegister(
        request: Inference_SystemSharedMemoryRegisterRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryRegisterResponse { throw Self.unused }

    func systemSharedMemoryUnregister(
        request: Inference_SystemSharedMemoryUnregisterRequest, context: ServerContext
    ) async throws -> Inference_SystemSharedMemoryUnregisterResponse { throw Self.unused }

    func cudaSharedMemoryStatus(
        request: Inference_CudaSharedMemoryStatusRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryStatusResponse { throw Self.unused }

    func cudaSharedMemoryRegister(
        request: Inference_CudaSharedMemoryRegisterRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryRegisterResponse { throw Self.unused }

    func cudaSharedMemoryUnregister(
        request: Inference_CudaSharedMemoryUnregisterRequest, context: ServerContext
    ) async throws -> Inference_CudaSharedMemoryUnregisterResponse { throw Self.unused }

    func traceSetting(
        request: Inference_TraceSettingRequest, context: ServerContext
    ) async throws -> Inference_TraceSettingResponse { throw Self.unused }

    func logSettings(
        request: Inference_LogSettingsRequest, context: ServerContext
    ) async throws -> Inference_LogSettingsResponse { throw Self.unused }
}
