// SPDX-License-Identifier: Apache-2.0

/// How requests are run together.
package struct BatchingPolicy: Sendable, Hashable {
    /// The most inferences of a run; a single larger request runs alone.
    package var maximumSize = 1
    /// Whether several requests may run together at all.
    package var isDynamic = false
    /// Sizes that run at once; empty for any.
    package var preferredSizes: [Int] = []
    /// How many nanoseconds requests wait for others.
    package var maximumDelay: UInt64 = 0
    /// Whether answers leave in the order in which requests came.
    package var preservesOrder = false
    /// How many priorities there are; 0 for none.
    package var priorities = 0
    /// The priority of requests that name none.
    package var defaultPriority = 1
    /// How requests wait.
    package var queue = QueuePolicy()
    /// How requests of a priority wait, where it is not as the others.
    package var queues: [Int: QueuePolicy] = [:]

    /// One request at a time.
    package init() {}
}

/// How long a request may wait, how many may, and what happens then.
package struct QueuePolicy: Sendable, Hashable {
    /// Whether requests that waited too long run after the others, instead of being refused.
    package var delays = false
    /// How many nanoseconds a request may wait; 0 for any time.
    package var defaultTime: UInt64 = 0
    /// Whether requests may name a shorter time.
    package var allowsOverride = false
    /// How many may wait; 0 for any number.
    package var maximumCount = 0

    /// Any number, any time.
    package init() {}

    /// When a request has waited too long; `.max` for never.
    func expiry(arrival: UInt64, queueTime: UInt64) -> UInt64 {
        var time = self.defaultTime == 0 ? UInt64.max : self.defaultTime
        if self.allowsOverride, queueTime > 0 { time = min(time, queueTime) }
        let (sum, overflows) = arrival.addingReportingOverflow(time)
        return overflows ? .max : sum
    }
}
