// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension OutputConstraint {
    /// Reads what the answer must look like; nil leaves it free.
    ///
    /// - Parameters:
    ///   - format: Chat's `response_format`, or what other protocols have in its place.
    ///   - isFlat: Whether a schema and its name are members of the format itself.
    /// - Throws: ``APIError`` that names the member that is wrong.
    init?(format: RequestFields, isFlat: Bool = false) throws {
        let type = try format.required("type", try format.string("type"))
        switch type {
        case "text": return nil
        case "json_object": self = .jsonSchema(["type": "object"])
        case "json_schema":
            let named = isFlat ? format : try format.required(type, try format.object(type))
            if !isFlat { _ = try named.required("name", try named.string("name")) }
            _ = try named.required("schema", try named.object("schema"))
            self = .jsonSchema(named.value("schema") ?? true)
        default: throw format.unknown("type", type, known: ["text", "json_object", "json_schema"])
        }
    }
}
