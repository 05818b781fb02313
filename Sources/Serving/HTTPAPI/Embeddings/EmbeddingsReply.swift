// SPDX-License-Identifier: Apache-2.0

package import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A reply with embeddings.
package struct EmbeddingsReply: Sendable {
    /// The model's name as the client wrote it.
    package var model: String
    /// A vector per text.
    package var vectors: [[Float]]
    /// Tokens of all texts.
    package var tokens: Int
    /// Whether vectors are sent as the Base64 of their little-endian bytes.
    package var asBase64: Bool

    /// Makes a reply.
    package init(model: String, vectors: [[Float]], tokens: Int, asBase64: Bool) {
        self.model = model
        self.vectors = vectors
        self.tokens = tokens
        self.asBase64 = asBase64
    }

    /// Writes the reply.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("object", "list")
            writer.key("data")
            writer.array { writer in
                for (index, vector) in self.vectors.enumerated() { self.write(vector, index, to: &writer) }
            }
            writer.member("model", self.model)
            writer.member("usage", ["prompt_tokens": .integer(self.tokens), "total_tokens": .integer(self.tokens)])
        }
    }

    private func write(_ vector: [Float], _ index: Int, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("object", "embedding")
            writer.member("index", index)
            writer.key("embedding")
            if self.asBase64 {
                writer.string(Self.base64(vector))
            } else {
                writer.array { writer in for value in vector { writer.number(value) } }
            }
        }
    }

    private static func base64(_ vector: [Float]) -> String {
        var bytes = Data(capacity: vector.count * 4)
        for value in vector {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes.base64EncodedString()
    }
}
