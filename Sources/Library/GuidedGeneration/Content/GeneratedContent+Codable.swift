// SPDX-License-Identifier: Apache-2.0

extension GeneratedContent: Codable {
    /// Reads content that was encoded as JSON text.
    ///
    /// - Throws: What the decoder throws, or ``JSONError`` where the text is no JSON.
    public init(from decoder: any Decoder) throws {
        try self.init(json: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the content as JSON text, which keeps the order of properties whatever the encoder does.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.jsonString)
    }
}
