// SPDX-License-Identifier: Apache-2.0

/// What an input event brings.
public enum InputPayload: Sendable, Hashable {
    /// A text.
    case text(String)
    /// An encoded picture or recording, and its media type, such as `image/png`; nobody has looked into it yet.
    case encoded([UInt8], mediaType: String)
    /// Samples of one channel.
    case samples(AudioSamples)

    /// How many bytes of memory it holds.
    public var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .encoded(let bytes, _): bytes.count
        case .samples(let audio): audio.samples.count * MemoryLayout<Float>.stride
        }
    }
}
