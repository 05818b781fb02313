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
        self.texts = try fields.embeddingInput()
    }
}
