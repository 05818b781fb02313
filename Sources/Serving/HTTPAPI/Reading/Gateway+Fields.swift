// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
internal import ModelGateway

extension Gateway {
    /// The model that a request names, and the name.
    ///
    /// - Throws: ``APIError`` where it names none; ``LLMError`` where there is no such model.
    func model(
        in fields: RequestFields, of request: Request
    ) async throws -> (name: String, model: any ModelAdapter) {
        let name = try fields.required("model", try fields.string("model"))
        return (name, try await self.model(named: name, for: request.requester(fields)))
    }
}

extension Request {
    /// Who the request is for: the header `x-autoglm-user`, or the user that the body names, or a name for the key.
    func requester(_ fields: RequestFields) -> Requester {
        let metadata = fields.value("metadata")
        let user =
            self.headers[.autoglmUser] ?? fields.value("user")?.stringValue ?? metadata?["user_id"]?.stringValue ?? ""
        let unit = user.isEmpty ? self.caller(user: "") : user
        return Requester(unit: unit.isEmpty ? nil : unit, attributes: metadata?.objectValue.map { .object($0) } ?? [:])
    }
}

extension HTTPField.Name {
    /// Says whom a request is for.
    static let autoglmUser = Self("x-autoglm-user") ?? .userAgent
    /// Tells the experiment that chose the model.
    static let autoglmExperiment = Self("x-autoglm-experiment") ?? .userAgent
    /// Tells the experiment's arm that answers.
    static let autoglmArm = Self("x-autoglm-arm") ?? .userAgent
    /// Tells the unit that was assigned to the arm.
    static let autoglmUnit = Self("x-autoglm-unit") ?? .userAgent
}
