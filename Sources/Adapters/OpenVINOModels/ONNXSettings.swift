// SPDX-License-Identifier: Apache-2.0

/// How a model is compiled.
package struct ONNXSettings: Sendable, Hashable {
    /// What a model is to be quick at.
    package enum Hint: String, Sendable, CaseIterable {
        /// One answer.
        case latency = "LATENCY"
        /// Many answers at a time.
        case throughput = "THROUGHPUT"
        /// As `throughput`, on all devices there are.
        case cumulativeThroughput = "CUMULATIVE_THROUGHPUT"
    }

    /// What counts where both cannot be had.
    package enum Execution: String, Sendable, CaseIterable {
        /// The numbers of the file.
        case accuracy = "ACCURACY"
        /// Speed: single precision may become bf16 on processors that have it.
        case performance = "PERFORMANCE"
    }

    /// How many threads all runs together have; 0 leaves it to OpenVINO.
    package var threads = 0
    /// How many runs there may be at a time.
    package var instances = 1
    /// How many runs OpenVINO arranges its threads for; nil for as many as there are instances.
    package var streams: Int?
    /// What it is to be quick at.
    package var hint = Hint.latency
    /// What counts where both cannot be had.
    package var execution = Execution.accuracy

    /// One run at a time, with the numbers of the file.
    package init() {}
}
