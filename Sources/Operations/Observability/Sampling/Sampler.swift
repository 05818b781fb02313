// SPDX-License-Identifier: Apache-2.0

/// Which traces are kept, decided when they begin.
public struct Sampler: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case all
        case none
        /// Traces whose number is below this.
        case below(UInt64)
    }

    private let rule: Rule
    /// Whether a trace that has begun elsewhere is kept where it is kept there.
    private let followsParent: Bool

    /// Keeps every trace.
    public static let alwaysOn = Self(rule: .all, followsParent: false)
    /// Keeps no trace.
    public static let alwaysOff = Self(rule: .none, followsParent: false)

    /// Keeps a share of the traces, the same ones on every machine.
    ///
    /// - Parameter share: From 0 to 1.
    public static func ratio(_ share: Double) -> Self {
        let share = share.isNaN ? 0 : min(max(share, 0), 1)
        // 63 bits of the trace's name decide, so that all fits a number of 64 bits.
        return Self(rule: share == 1 ? .all : .below(UInt64(share * 0x1p63)), followsParent: false)
    }

    /// Keeps traces that have begun elsewhere where they are kept there; of the others, those of the sampler.
    public static func parentBased(_ root: Self) -> Self { Self(rule: root.rule, followsParent: true) }

    /// A sampler by the name that OpenTelemetry gives it, such as `parentbased_traceidratio`; nil for other names.
    ///
    /// - Parameter argument: The share of traces; nil is all of them.
    public init?(named name: String, argument: Double?) {
        switch name {
        case "always_on": self = .alwaysOn
        case "always_off": self = .alwaysOff
        case "traceidratio": self = .ratio(argument ?? 1)
        case "parentbased_always_on": self = .parentBased(.alwaysOn)
        case "parentbased_always_off": self = .parentBased(.alwaysOff)
        case "parentbased_traceidratio": self = .parentBased(.ratio(argument ?? 1))
        default: return nil
        }
    }

    /// The names that ``init(named:argument:)`` knows.
    public static let names = [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
        "parentbased_traceidratio",
    ]

    private init(rule: Rule, followsParent: Bool) {
        self.rule = rule
        self.followsParent = followsParent
    }

    /// Whether a trace is kept.
    func keeps(_ traceID: TraceID, parent: TraceContext?) -> Bool {
        // Within this process, the first span decides for all.
        if let parent, self.followsParent || !parent.isRemote { return parent.isSampled }
        switch self.rule {
        case .all: return true
        case .none: return false
        case .below(let bound): return traceID.low >> 1 < bound
        }
    }
}
