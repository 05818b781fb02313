// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Adds up the tokens of calls whose answers do not tell them: scores and embeddings.
///
/// Whoever wants to know runs a call in a meter; adapters report what their backend says. Meters may be nested, and each
/// gets what is reported inside of it.
public final class UsageMeter: Sendable {
    @TaskLocal private static var current: UsageMeter?

    private let outer = UsageMeter.current
    private let caller: String
    private let total = Mutex<TokenUsage?>(nil)

    /// Makes a meter that was told nothing.
    ///
    /// - Parameter caller: Who asks, for those calls that do not say it themselves; empty is whoever the meter around it
    ///   has.
    public init(caller: String = "") { self.caller = caller }

    /// Who asks in this task, as the innermost meter that knows says; empty where none does.
    public static var caller: String {
        var meter = Self.current
        while let next = meter {
            if !next.caller.isEmpty { return next.caller }
            meter = next.outer
        }
        return ""
    }

    /// What was reported; nil where nothing was.
    public var usage: TokenUsage? { self.total.withLock { $0 } }

    /// Runs work whose reports reach this meter.
    ///
    /// - Throws: What the work throws.
    public func run<Value>(_ work: () async throws -> Value) async rethrows -> Value {
        try await Self.$current.withValue(self) { try await work() }
    }

    /// Reports tokens to every meter that this task runs in.
    public static func report(_ usage: TokenUsage) {
        var meter = Self.current
        while let next = meter {
            next.total.withLock { total in
                var sum = total ?? TokenUsage(promptTokens: 0, completionTokens: 0)
                sum.add(usage)
                total = sum
            }
            meter = next.outer
        }
    }
}
