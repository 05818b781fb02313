// SPDX-License-Identifier: Apache-2.0

/// How long a reader looks for the next event before it sleeps.
///
/// Waking a sleeper takes about as long as the longest look, so that looking costs at most as much again; a reader whose
/// events come more rarely soon stops looking.
struct SpinTime {
    private static let longest = Duration.microseconds(20)

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
            if clock.now - start > self.limit {
                self.limit = self.limit > .microseconds(1) ? self.limit / 2 : .zero
                return false
            }
        }
        self.limit = Self.longest
        return true
    }

    /// Takes note of how long the reader then slept.
    mutating func slept(_ time: Duration) {
        if time < Self.longest { self.limit = Self.longest }
    }
}
