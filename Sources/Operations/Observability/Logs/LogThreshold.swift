// SPDX-License-Identifier: Apache-2.0

public import Logging
internal import Synchronization

/// The level below which log lines are not written, which may change while a program runs.
public final class LogThreshold: Sendable {
    private let state: Mutex<Logger.Level>

    /// Begins with a level.
    public init(_ level: Logger.Level = .info) { self.state = Mutex(level) }

    /// The level as it is now.
    public var level: Logger.Level { self.state.withLock { $0 } }

    /// Takes another level.
    public func replace(_ level: Logger.Level) { self.state.withLock { $0 = level } }
}
