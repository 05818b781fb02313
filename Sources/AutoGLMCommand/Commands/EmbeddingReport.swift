// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFacade

/// Embeddings as `autoglm embed` shows them.
struct EmbeddingReport {
    let model: LocalEmbedder
    let texts: [String]
    let embeddings: [Embedding]

    /// Texts that are compared with each other on a screen.
    private static let comparedTexts = 16
    private static let previewLength = 40
    private static let previewValues = 4

    /// The JSON object.
    var json: JSONValue {
        [
            "model": .string(self.model.name),
            "dimensions": .integer(self.model.dimensions),
            "vectors": .array(self.embeddings.map { .array($0.vector.map { .number(Double($0)) }) }),
            "tokens": .array(self.embeddings.map { .integer($0.tokenCount) }),
            "truncated": .array(self.embeddings.map { .bool($0.isTruncated) }),
        ]
    }

    /// Lines for people: the beginning of each vector, and how near texts are to each other.
    var text: String {
        var lines = zip(self.texts, self.embeddings).enumerated().map { index, pair in
            self.line(index + 1, text: pair.0, embedding: pair.1)
        }
        lines.append("\(self.model.dimensions) values a vector")
        if (2...Self.comparedTexts).contains(self.texts.count) { lines += self.comparison }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ number: Int, text: String, embedding: Embedding) -> String {
        var preview = String(text.map { $0.isNewline ? " " : $0 })
        if preview.count > Self.previewLength { preview = preview.prefix(Self.previewLength - 1) + "…" }
        let padding = String(repeating: " ", count: Self.previewLength - preview.count)
        let values = embedding.vector.prefix(Self.previewValues).map { Self.decimal($0, places: 4, width: 8) }
        let end = embedding.isTruncated ? " (truncated)" : ""
        return
            "\(Self.right(number, 3))  \(preview)\(padding) \(Self.right(embedding.tokenCount, 4)) tokens\(end)  [\(values.joined()) …]"
    }

    private var comparison: [String] {
        let numbers = (1...self.texts.count).map { Self.right($0, 8) }.joined()
        let rows = self.embeddings.enumerated().map { index, one in
            Self.right(index + 1, 3)
                + self.embeddings.map { Self.decimal(Self.cosine(one.vector, $0.vector), places: 3, width: 8) }.joined()
        }
        return ["", "cosine similarity", "   " + numbers] + rows
    }

    /// The cosine of the angle between two vectors; 0 where one has no direction.
    private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
        func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let lengths = (product(a, a) * product(b, b)).squareRoot()
        return lengths > 0 ? product(a, b) / lengths : 0
    }

    private static func decimal(_ value: Float, places: Int, width: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let number = Double(value) * Double(scale)
        guard number.isFinite, abs(number) < 1e15 else { return self.right("\(value)", width) }
        let rounded = Int(number.rounded())
        let fraction = String(rounded.magnitude % UInt(scale))
        let zeros = String(repeating: "0", count: places - fraction.count)
        return self.right("\(rounded < 0 ? "-" : "")\(rounded.magnitude / UInt(scale)).\(zeros)\(fraction)", width)
    }

    private static func right(_ value: some CustomStringConvertible, _ width: Int) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
