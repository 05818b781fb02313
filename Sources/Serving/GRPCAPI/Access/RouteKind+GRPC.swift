// SPDX-License-Identifier: Apache-2.0

package import AccessControl
package import GRPCCore

extension RouteKind {
    /// What a call wants; what is not known here is for administrators.
    package init(_ method: MethodDescriptor) {
        switch method.service.fullyQualifiedService {
        case "grpc.health.v1.Health": self = .health
        case "inference.GRPCInferenceService":
            self = Self.inferenceMethods.contains(method.method) ? .inference : .admin
        case "autoglm.v1.AutoGLM": self = Self.adminMethods.contains(method.method) ? .admin : .inference
        default:
            self = Self.inferenceServices.contains(method.service.fullyQualifiedService) ? .inference : .admin
        }
    }

    /// Services whose every method asks models, or tells what can be asked.
    private static let inferenceServices: Set<String> = [
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
    ]

    /// What changes the repository, in `autoglm.v1`.
    private static let adminMethods: Set<String> = ["LoadModel", "UnloadModel"]

    private static let inferenceMethods: Set<String> = [
        "ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer", "ModelStreamInfer",
        "ModelConfig", "ModelStatistics", "RepositoryIndex", "SystemSharedMemoryStatus", "CudaSharedMemoryStatus",
    ]
}
