// SPDX-License-Identifier: Apache-2.0

internal import Observability
internal import Synchronization

/// The value of `Date`, written once a second.
final class DateHeader: Sendable {
    private let seconds: @Sendable () -> Int
    private let last = Mutex((second: -1, text: ""))

    /// Makes dates by a clock of seconds since 1970.
    init(_ seconds: @escaping @Sendable () -> Int) { self.seconds = seconds }

    /// The date now, as RFC 9110 has it.
    var text: String {
        let now = self.seconds()
        return self.last.withLock { last in
            if last.second != now { last = (now, Timestamp.http(seconds: now)) }
            return last.text
        }
    }
}
