// SPDX-License-Identifier: Apache-2.0

/// A value that was measured, and the trace that it was measured in.
package struct Exemplar: Sendable, Hashable {
    /// What was measured.
    package var value: Double
    /// Where.
    package var trace: TraceContext
    /// When, in nanoseconds since 1970.
    package var time: UInt64
}
