// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Moments that follow each other, the last one for ever.
final class Moments: Sendable {
    private let waiting: Mutex<ArraySlice<Duration>>

    init(_ moments: [Duration]) { self.waiting = Mutex(moments[...]) }

    /// The next moment.
    func next() -> Duration {
        self.waiting.withLock { waiting in
            guard waiting.count > 1, let next = waiting.popFirst() else { return waiting.first ?? .zero }
            return next
        }
    }
}
