// SPDX-License-Identifier: Apache-2.0

/// How what is to be sent is collected first.
public struct BatchSettings: Sendable, Hashable {
    /// The most that waits; what comes when it is full is dropped, and counted.
    public var queueSize = 2048
    /// The most that one message has.
    public var batchSize = 512
    /// How long anything waits for more to come.
    public var delay = Duration.seconds(5)

    /// The usual: 2048 that wait, 512 in a message, 5 seconds.
    public init() {}
}
