// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A request for embeddings, read.
package struct EmbeddingsRequest: Sendable {
    /// What to embed.
    package var texts: [String]
    /// Whether vectors are sent as the Base64 of their little-endian bytes, as the `openai` client asks unless told else.
    package var asBase64: Bool

    /// Reads the options and texts.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    package init(_ fields: RequestFields) throws {
        let format = try fields.string("encoding_format") ?? "float"
        guard ["float", "base64"].contains(format) else {
            throw fields.unknown("encoding_format", format, known: ["float", "base64"])
        }
        self.asBase64 = format == "base64"
        guard try fields.integer("dimensions") == nil else {
            throw APIError.invalid("dimensions", "The model's vectors have one length; leave out 'dimensions'.")
        }
        let input = try fields.required("input", fields.value("input"))
        let values = input.arrayValue ?? [input]
        guard !values.isEmpty, values.count <= 2048 else {
            throw APIError.invalid("input", "'input' has \(values.count) texts; it must have 1 to 2048.")
        }
        self.texts = try values.map { value in
            guard case .string(let text) = value else {
                throw APIError.wrongType("input", "a string or an array of strings", value)
            }
            return text
        }
    }
}
