// SPDX-License-Identifier: Apache-2.0

/// Something that came in: what, when and from where.
public struct InputEvent: Sendable, Hashable {
    /// What kind of thing it is.
    public var modality: InputModality
    /// What it brings.
    public var payload: InputPayload
    /// When it happened, in nanoseconds since 1970: by the clock of its source, or by ours once that was estimated.
    public var timestamp: Int64
    /// Where it comes from, such as `camera`.
    public var source: String
    /// What its source calls it, such as the name of a file.
    public var name: String?
    /// Whether later events had been given out before it came.
    public var isLate = false
    /// Where it is told that nothing more can become of the event; nil where nobody waits for that.
    public var receipt: InputReceipt?

    /// Makes an event.
    ///
    /// - Parameters:
    ///   - modality: What kind of thing it is.
    ///   - payload: What it brings.
    ///   - timestamp: When it happened, in nanoseconds since 1970 by the clock of its source.
    ///   - source: Where it comes from.
    ///   - name: What its source calls it.
    public init(
        _ modality: InputModality, _ payload: InputPayload, timestamp: Int64, source: String, name: String? = nil
    ) {
        self.modality = modality
        self.payload = payload
        self.timestamp = timestamp
        self.source = source
        self.name = name
    }

    /// The media type of the payload: that of encoded bytes, `text/plain`, or `audio/pcm`.
    public var mediaType: String {
        switch self.payload {
        case .text: "text/plain"
        case .encoded(_, let type): type
        case .samples: "audio/pcm"
        }
    }
}
