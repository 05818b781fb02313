// SPDX-License-Identifier: Apache-2.0

/// Which events are put together.
public enum WindowRule: Sendable, Hashable {
    /// Those of each span of this length, counted from 1970.
    case tumbling(Duration)
    /// Those before and after each event of a modality.
    case around(InputModality, before: Duration, after: Duration)
}
