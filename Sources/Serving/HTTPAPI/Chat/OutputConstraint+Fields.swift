// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension OutputConstraint {
    /// Reads what the answer must look like (`response_format`); nil leaves it free.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init?(_ fields: RequestFields) throws {
        guard let format = try fields.object("response_format") else { return nil }
        let type = try format.required("type", try format.string("type"))
        switch type {
        case "text": return nil
        case "json_object": self = .jsonSchema(["type": "object"])
        case "json_schema":
            let named = try format.required(type, try format.object(type))
            _ = try named.required("name", try named.string("name"))
            _ = try named.required("schema", try named.object("schema"))
            self = .jsonSchema(named.value("schema") ?? true)
        default: throw format.unknown("type", type, known: ["text", "json_object", "json_schema"])
        }
    }
}
