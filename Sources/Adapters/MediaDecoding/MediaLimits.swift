// SPDX-License-Identifier: Apache-2.0

/// How large media may be, so that a small file cannot take much memory or time.
public struct MediaLimits: Sendable, Hashable {
    /// Bytes of an encoded picture or recording.
    public var bytes = 32 << 20
    /// Pixels of a picture's longer side.
    public var side = 16_384
    /// Pixels of a picture.
    public var pixels = 40_000_000
    /// Seconds of a recording.
    public var seconds = 3_600.0
    /// Channels of a recording.
    public var channels = 16
    /// Samples of each channel of a recording: an hour at 48,000 a second, 690 MB in memory.
    public var samples = 172_800_000
    /// How long decoding a recording may take, where the system's library is asked block by block.
    public var time = Duration.seconds(30)

    /// Limits for what people photograph and say.
    public init() {}
}
