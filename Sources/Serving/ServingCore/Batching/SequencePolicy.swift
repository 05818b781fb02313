// SPDX-License-Identifier: Apache-2.0

/// How sequences are run.
package struct SequencePolicy: Sendable, Hashable {
    /// How many sequences an instance has at a time.
    package var places = 1
    /// The most inferences of a run.
    package var maximumSize = 1
    /// How many nanoseconds requests wait for those of other sequences.
    package var maximumDelay: UInt64 = 0
    /// Of an instance's places, the share whose requests run at once.
    package var minimumShare = 0.0
    /// After how many nanoseconds without a request a sequence's place may go to another one; 0 for one second.
    package var maximumIdle: UInt64 = 1_000_000_000

    /// One sequence at a time.
    package init() {}
}
