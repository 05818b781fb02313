// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import Hummingbird
internal import LLMCore
internal import NIOCore
internal import OrderedCollections
internal import ServingCore

extension Request {
    /// The request's body as an object of JSON; an empty body counts as one without members.
    ///
    /// - Throws: ``APIError`` for one that is too large or badly compressed; ``ServingError`` and ``JSONError`` for anything else.
    func members(_ limits: ServerLimits) async throws -> [(key: String, value: JSONValue)] {
        let body = try await self.collectedBody(limits)
        guard body.readableBytes > 0 else { return [] }
        let json = try JSONValue(parsing: body.readableBytesView, maximumDepth: limits.jsonDepth)
        guard let members = json.objectValue else {
            throw ServingError(.invalidArgument, "The body must be a JSON object, but is a \(json.typeName).")
        }
        return members.map { ($0.key, $0.value) }
    }
}
