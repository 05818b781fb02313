// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A recording of one channel.
public struct AudioSamples: Sendable, Hashable {
    /// The samples, from -1 to 1.
    public var samples: [Float]
    /// How many samples there are in a second.
    public let rate: Int

    /// Makes a recording.
    ///
    /// - Parameters:
    ///   - samples: The samples, from -1 to 1.
    ///   - rate: How many samples there are in a second, from 1,000 to 768,000.
    /// - Throws: ``MultimodalError`` with code `.invalidSetting` for another rate.
    public init(_ samples: [Float], rate: Int) throws {
        guard (1_000...768_000).contains(rate) else {
            throw MultimodalError(
                .invalidSetting, "A recording has \(rate) samples a second; it must be 1,000 to 768,000.")
        }
        self.samples = samples
        self.rate = rate
    }

    /// How long it is, in seconds.
    public var seconds: Double { Double(self.samples.count) / Double(self.rate) }
}
