// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import MultimodalInputs

/// What a message says of what it brings, beside the bytes themselves.
package struct ReceivedInput: Sendable, Hashable {
    /// The name of the header, or field, with the source.
    package static let sourceHeader = "X-Input-Source"
    /// The name of the header with the time.
    package static let timestampHeader = "X-Input-Timestamp"

    /// Its media type, as `Content-Type` has it; nil for what its bytes are.
    package var mediaType: String?
    /// Where it comes from.
    package var source: String
    /// When it happened, in nanoseconds since 1970.
    package var timestamp: Int64

    /// Says where a message comes from, and when it came.
    ///
    /// - Parameters:
    ///   - mediaType: Its media type, as `Content-Type` has it; nil for what its bytes are.
    ///   - source: Where it comes from, as it says itself.
    ///   - timestamp: When it happened, as it says itself: nanoseconds since 1970, in digits.
    ///   - otherwise: Where it comes from and when it came, where it does not say so.
    /// - Throws: ``MultimodalError`` with code `.damaged` where the time is no number.
    package init(
        mediaType: String?, source: String?, timestamp: String?, otherwise: (source: String, timestamp: Int64)
    ) throws {
        self.mediaType = mediaType
        self.source = source ?? otherwise.source
        guard let timestamp else {
            self.timestamp = otherwise.timestamp
            return
        }
        guard let time = Int64(timestamp) else {
            throw MultimodalError(
                .damaged, "\(Self.timestampHeader) is '\(timestamp.prefix(40))'; write nanoseconds since 1970.")
        }
        self.timestamp = time
    }

    /// What kind of thing the media type names; nil where it says nothing of that.
    private var modality: InputModality? {
        switch self.mediaType?.prefix(while: { $0 != "/" }).lowercased() {
        case "text": .text
        case "image": .image
        case "audio": .audio
        default: nil
        }
    }

    /// Whether the media type is that of JSON.
    package var isJSON: Bool {
        self.mediaType?.prefix { $0 != ";" && $0 != " " }.lowercased() == "application/json"
    }

    /// Reads the bytes: an event in JSON where the media type says so, else a picture, a recording or a text.
    ///
    /// - Throws: ``MultimodalError`` that says what is wrong.
    package func event(_ bytes: [UInt8]) throws -> InputEvent {
        if self.isJSON {
            guard let json = try? JSONValue(parsing: bytes) else {
                throw MultimodalError(.damaged, "What came from '\(self.source)' is no JSON.")
            }
            return try InputEvent(json: json, now: self.timestamp, source: self.source, allowsPaths: false)
        }
        let event = try InputEvent(encoded: bytes, timestamp: self.timestamp, source: self.source)
        guard self.modality == nil || self.modality == event.modality else {
            throw MultimodalError(
                .unknownFormat,
                "What came from '\(self.source)' is to be \(self.mediaType ?? ""), but is \(event.mediaType).")
        }
        return event
    }
}
