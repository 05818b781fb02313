// SPDX-License-Identifier: Apache-2.0

/// The forms that a step has in YAML, by the key that tells it from others.
enum StepForm: String, CaseIterable, Sendable {
    case uses
    case `switch`
    case forEach = "for_each"
    case `while`
    case parallel
    case pipe
    case `try`
    case call
    case waitFor = "wait_for"
    case sleep
    case fail
    /// Last, since loops have steps too.
    case steps

    /// The keys of every step.
    static let commonKeys = ["id", "when", "timeout", "breakpoint"]

    /// The keys that only this form has besides its own.
    var companions: [String] {
        switch self {
        case .uses: ["with", "retry"]
        case .switch: ["cases", "default"]
        case .forEach: ["as", "concurrency", "steps", "output"]
        case .while: ["limit", "at_limit", "initial", "steps", "output"]
        case .parallel: ["concurrency"]
        case .pipe: ["retry"]
        case .try: ["catch", "finally"]
        case .call: ["with"]
        case .waitFor: ["choices"]
        case .sleep, .fail: []
        case .steps: ["else"]
        }
    }

    /// Every key of this form.
    var keys: [String] { Self.commonKeys + [self.rawValue] + self.companions }

    /// The keys without which this form says nothing.
    var requiredKeys: [String] {
        switch self {
        case .switch: ["switch", "cases"]
        case .forEach: ["for_each", "steps"]
        case .while: ["while", "limit", "steps"]
        case .steps: ["when", "steps"]
        default: [self.rawValue]
        }
    }

    /// Every key that some form has.
    static let allKeys: [String] = {
        var keys = ["id", "uses", "with"]
        for key in Self.allCases.flatMap(\.keys) where !keys.contains(key) { keys.append(key) }
        return keys
    }()
}
