// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import Hummingbird
internal import LLMCore
internal import ModelGateway
internal import OrderedCollections

/// Answers `GET /v1/usage`: what requests took, by model, caller and tag.
struct UsageRoute: Sendable {
    let models: Gateway

    func report() -> Response {
        var members: OrderedDictionary<String, JSONValue> = ["object": "usage"]
        members.merge(self.models.usage.sums.json.objectValue ?? [:]) { $1 }
        return .json { $0.value(.object(members)) }
    }
}
