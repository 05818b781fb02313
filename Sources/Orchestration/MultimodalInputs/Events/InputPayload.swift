// SPDX-License-Identifier: Apache-2.0

/// What an input event brings.
package enum InputPayload: Sendable, Hashable {
    /// A text.
    case text(String)
    /// An encoded picture or recording, and its media type, such as `image/png`; nobody has looked into it yet.
    case encoded([UInt8], mediaType: String)
    /// Samples of one channel.
    case samples(AudioSamples)
}
