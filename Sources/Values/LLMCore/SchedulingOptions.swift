// SPDX-License-Identifier: Apache-2.0

/// Who asks, how urgently, and for how long; what a backend with a queue of its own goes by.
public struct SchedulingOptions: Sendable, Hashable {
    /// Those with a higher priority start first, and keep their memory where others must step back.
    public var priority: Int
    /// Who asks; of requests with the same priority, those of whoever was served least start first.
    public var client: String
    /// How long the answer may take, waiting included; what is not complete by then ends with an error.
    public var timeLimit: Duration?

    /// Describes how a request is scheduled.
    public init(priority: Int = 0, client: String = "", timeLimit: Duration? = nil) {
        self.priority = priority
        self.client = client
        self.timeLimit = timeLimit
    }
}
