// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `GET /v1/models` and `/v1/models/{id}`.
struct ModelsRoute: Sendable {
    let models: Gateway
    /// When the models became available, in seconds since 1970.
    let started: Int

    func list() -> Response {
        let names = self.models.visibleNames.map { self.entry($0) }
        return .json { $0.value(["object": "list", "data": .array(names)]) }
    }

    func one(named name: String) throws -> Response {
        let name = name.removingPercentEscapes
        if !self.models.visibleNames.contains(name) { _ = try self.models.model(named: name) }
        return .json { $0.value(self.entry(name)) }
    }

    private func entry(_ name: String) -> JSONValue {
        ["id": .string(name), "object": "model", "created": .integer(self.started), "owned_by": "open-autoglm"]
    }
}
