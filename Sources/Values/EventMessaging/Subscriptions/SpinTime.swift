// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// How long a reader looks for the next event before it sleeps.
///
/// Waking a sleeper takes about as long as the longest look, so that looking costs at most as much again; a reader whose
/// events come more rarely soon stops looking.
struct SpinTime {
    private static let longest = Duration.microseconds(20)
    /// How long it looks without letting others have its processor, who may have what it looks for.
    private static let undivided = Duration.microseconds(2)

    private var limit = Self.longest

    /// Looks for something.
    ///
    /// - Parameter isThere: Whether it has come.
    /// - Returns: Whether it came in time.
    mutating func look(for isThere: () -> Bool) -> Bool {
        guard self.limit > .zero else { return false }
        let clock = ContinuousClock()
        let start = clock.now
        while !isThere() {
            let time = clock.now - start
            if time > self.limit {
                self.limit = self.limit > .microseconds(1) ? self.limit / 2 : .zero
                return false
            }
            if time > Self.undivided { sched_yield() }
        }
        self.limit = Self.longest
        return true
    }

    /// Takes note of how long the reader then slept.
    mutating func slept(_ time: Duration) {
        if time < Self.longest { self.limit = Self.longest }
    }
}
