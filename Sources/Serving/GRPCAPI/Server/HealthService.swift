// SPDX-License-Identifier: Apache-2.0

internal import GRPCCore
internal import ServingCore
internal import SwiftProtobuf

/// Tells whether the server takes calls, in gRPC's own protocol.
struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    let repository: ModelRepository

    func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        let known = ["", "inference.GRPCInferenceService", "autoglm.v1.AutoGLM"]
        guard known.contains(request.service) else {
            throw RPCError(code: .notFound, message: "There is no service '\(request.service.prefix(100))'.")
        }
        return .with { $0.status = self.repository.isReady ? .serving : .notServing }
    }
}
