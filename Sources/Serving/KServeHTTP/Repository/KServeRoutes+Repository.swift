// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
internal import OrderedCollections
internal import ServingCore

extension KServeRoutes {
    /// The routes that list, load and unload models.
    func addRepository(to router: Router<BasicRequestContext>) {
        for path in ["v2/repository", "v2/repository/{repository}"] {
            self.on(router, .post, at: path + "/index") { request, _ in
                let members = try await request.members(self.limits.current)
                let onlyReady = members.first { $0.key == "ready" }?.value.boolValue ?? false
                return Self.index(self.repository.index(onlyReady: onlyReady))
            }
            self.on(router, .post, at: path + "/models/{model}/load") { request, target in
                try self.repository.checkControl()
                let parameters = try LoadParameters(try await request.parameters(self.limits.current))
                try await self.repository.load(target.model, parameters)
                return Response(status: .ok)
            }
            self.on(router, .post, at: path + "/models/{model}/unload") { request, target in
                try self.repository.checkControl()
                let parameters = try await request.parameters(self.limits.current)
                let dependents = parameters.first { $0.key == "unload_dependents" }?.value.boolValue ?? false
                try await self.repository.unload(target.model, dependents: dependents)
                return Response(status: .ok)
            }
        }
    }

    private static func index(_ lines: [ModelIndexEntry]) -> Response {
        .json(capacity: 96 * (lines.count + 1)) { writer in
            writer.array { writer in
                for line in lines {
                    writer.object { writer in
                        writer.member("name", line.name)
                        if let version = line.version { writer.member("version", version) }
                        if let state = line.state { writer.member("state", state) }
                        if let reason = line.reason { writer.member("reason", reason) }
                    }
                }
            }
        }
    }
}

extension LoadParameters {
    /// Reads the parameters of a request to load a model.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for a parameter that is not known or cannot be read.
    init(_ members: [(key: String, value: JSONValue)]) throws {
        self.init()
        for (name, value) in members {
            guard let text = value.stringValue else {
                throw ServingError(
                    .invalidArgument, "The parameter '\(name)' must be a text, but is a \(value.typeName).")
            }
            if name == "config" {
                self.configuration = text
            } else if name.hasPrefix("file:") {
                guard let data = Data(base64Encoded: text) else {
                    throw ServingError(.invalidArgument, "'\(name)' is not written in Base64.")
                }
                self.files[String(name.dropFirst("file:".count))] = Array(data)
            } else {
                throw ServingError(.invalidArgument, "There is no parameter '\(name)' to load a model with.")
            }
        }
    }
}

extension Request {
    /// The members of `parameters` in the request's body.
    fileprivate func parameters(_ limits: ServerLimits) async throws -> [(key: String, value: JSONValue)] {
        let members = try await self.members(limits)
        let parameters = members.first { $0.key == "parameters" }?.value.objectValue ?? [:]
        return parameters.map { ($0.key, $0.value) }
    }
}
