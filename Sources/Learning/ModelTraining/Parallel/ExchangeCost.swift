// SPDX-License-Identifier: Apache-2.0

/// How long processes take to sum numbers, from two measured figures.
///
/// A sum of B bytes by N processes that halve their messages and double their distances (Rabenseifner, 2004) takes
/// 2 ⌈log₂ N⌉ · latency + 2 (N − 1) / N · B / bandwidth.
package struct ExchangeCost: Sendable, Equatable {
    /// Seconds until a message that is empty has arrived.
    package let latency: Double
    /// Bytes a second from one process to another.
    package let bandwidth: Double

    /// Takes figures that are known.
    package init(latency: Double, bandwidth: Double) { (self.latency, self.bandwidth) = (latency, bandwidth) }

    /// Takes the figures from two sums that were measured.
    ///
    /// - Parameters:
    ///   - small: One of a few bytes.
    ///   - large: One of as many bytes as a bucket has.
    ///   - processes: By how many processes, at least two.
    package init(
        small: (bytes: Int, seconds: Double), large: (bytes: Int, seconds: Double), processes: Int
    ) {
        let share = 2 * Double(processes - 1) / Double(processes)
        self.init(
            latency: small.seconds / (2 * Self.rounds(processes)),
            bandwidth: share * Double(large.bytes - small.bytes) / max(1e-9, large.seconds - small.seconds))
    }

    /// The seconds of a sum.
    ///
    /// - Parameters:
    ///   - bytes: All its bytes.
    ///   - messages: In how many buckets they leave.
    package func seconds(_ bytes: Int, processes: Int, messages: Int = 1) -> Double {
        guard processes > 1 else { return 0 }
        return Double(messages) * 2 * Self.rounds(processes) * self.latency
            + 2 * Double(processes - 1) / Double(processes) * Double(bytes) / self.bandwidth
    }

    private static func rounds(_ processes: Int) -> Double {
        Double(Int.bitWidth - (max(1, processes) - 1).leadingZeroBitCount)
    }
}
