// SPDX-License-Identifier: Apache-2.0

/// Events that belong together by their time.
public struct InputWindow: Sendable, Hashable {
    /// When it begins, in nanoseconds since 1970.
    public var start: Int64
    /// When it ends; what happens then is not in it.
    public var end: Int64
    /// What happened in it, in order.
    public var inputs: [HandledInput]

    /// Makes a window.
    public init(start: Int64, end: Int64, inputs: [HandledInput]) {
        self.start = start
        self.end = end
        self.inputs = inputs
    }
}
