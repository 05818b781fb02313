// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
package import HTTPAPI
internal import HTTPTypes
package import Hummingbird
internal import LLMCore
internal import NIOCore
package import ServingCore

/// The routes of KServe v2 with Triton's extensions, under `/v2`.
package struct KServeRoutes: HTTPRoutes {
    let repository: ModelRepository
    let limits: LiveLimits
    /// The server's name and version, as it tells them.
    let server: (name: String, version: String)

    /// The extensions of the protocol that the server speaks.
    package static let extensions = [
        "sequence", "model_repository", "schedule_policy", "model_configuration", "binary_tensor_data", "parameters",
        "statistics", "trace", "logging",
    ]

    /// Makes routes.
    ///
    /// - Parameters:
    ///   - repository: The models.
    ///   - limits: How much a client may ask.
    ///   - version: The server's version, as it tells it.
    package init(repository: ModelRepository, limits: LiveLimits = LiveLimits(), version: String) {
        self.repository = repository
        self.limits = limits
        self.server = ("open-autoglm", version)
    }

    private var infer: InferRoute { InferRoute(repository: self.repository, limits: self.limits) }

    package var immediate: [any ImmediateRoute] { [self.infer] }

    package func add(to router: Router<BasicRequestContext>) {
        self.addServer(to: router)
        self.addModels(to: router)
        self.addRepository(to: router)
        self.addSettings(to: router)
    }

    private func addServer(to router: Router<BasicRequestContext>) {
        self.on(router, .get, at: "v2") { _, _ in
            .json { writer in
                writer.object { writer in
                    writer.member("name", self.server.name)
                    writer.member("version", self.server.version)
                    writer.member("extensions", .array(Self.extensions.map { .string($0) }))
                }
            }
        }
        self.on(router, .get, at: "v2/health/live") { _, _ in Response(status: .ok) }
        self.on(router, .get, at: "v2/health/ready") { _, _ in
            Response(status: self.repository.isReady ? .ok : .badRequest)
        }
    }

    private func addModels(to router: Router<BasicRequestContext>) {
        let infer = self.infer
        let generate = GenerateRoute(repository: self.repository, limits: self.limits)
        self.on(router, .get, at: "v2/models/stats") { _, _ in .statistics(self.repository.allModels) }
        for path in ["v2/models/{model}", "v2/models/{model}/versions/{version}"] {
            self.on(router, .get, at: path) { _, target in
                .metadata(try target.model(in: self.repository), try target.versions(in: self.repository))
            }
            self.on(router, .get, at: path + "/ready") { _, target in
                _ = try target.model(in: self.repository)
                return Response(status: .ok)
            }
            self.on(router, .get, at: path + "/config") { _, target in
                try .configuration(try target.model(in: self.repository))
            }
            self.on(router, .get, at: path + "/stats") { _, target in
                .statistics(try target.models(in: self.repository))
            }
            self.on(router, .post, at: path + "/infer") { try await infer.respond(to: $0, $1) }
            self.on(router, .post, at: path + "/generate") { try await generate.respond(to: $0, $1) }
            self.on(router, .post, at: path + "/generate_stream") { try await generate.stream(to: $0, $1) }
        }
    }

    /// Adds a path that has some methods; to the others it answers that it has not.
    ///
    /// Errors are told in the protocol's form.
    func on(
        _ router: Router<BasicRequestContext>, _ methods: HTTPRequest.Method..., at route: String,
        _ respond: @escaping @Sendable (Request, Target) async throws -> Response
    ) {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for method in all {
            guard methods.contains(method) else {
                let allowed = methods.map(\.rawValue).joined(separator: ", ")
                router.on(RouterPath(route), method: method) { _, _ -> Response in
                    .kserveError(
                        .methodNotAllowed, "This path takes \(allowed), not \(method.rawValue).", allow: allowed)
                }
                continue
            }
            router.on(RouterPath(route), method: method) { request, context -> Response in
                do {
                    let target = Target(context)
                    guard let deadline = RequestDeadline.current else { return try await respond(request, target) }
                    return try await deadline.limit { try await respond(request, target) }
                } catch { return .kserveError(error) }
            }
        }
    }
}
