// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import SourceDocuments

/// A step as a pipeline declares it: one that does something, or one that holds other steps.
public struct StepDeclaration: Sendable {
    /// The name under which other steps refer to it.
    public var id: String
    /// What it does.
    public var work: StepWork
    /// Whether it runs at all; nil if always.
    public var when: Formula?
    /// How long it may take, all attempts together; nil for any time.
    public var timeout: Duration?
    /// How often it is tried; nil for once.
    public var retry: RetryPolicy?
    /// Whether a run waits before it until somebody lets it go on.
    public var isBreakpoint = false
    /// Where it is declared.
    public var place: SourcePlace?
    /// Where its kind is named.
    var usesPlace: SourcePlace?
    /// Where its condition is written.
    var whenPlace: SourcePlace?
    /// What was found to be wrong while it was declared.
    var problems: [String] = []

    /// Declares a step that does something.
    ///
    /// - Parameters:
    ///   - id: The name under which other steps refer to it.
    ///   - uses: The name of the kind of step.
    ///   - with: Its inputs; texts may hold `${step.output}` references.
    public init(_ id: String, uses: String, with: KeyValuePairs<String, JSONValue> = [:]) {
        self.init(id, .use(uses, with: with.map { StepArgument($0.key, ValueExpression($0.value)) }))
    }

    /// Declares any step.
    public init(_ id: String, _ work: StepWork) {
        self.id = id
        self.work = work
    }

    /// Declares a step at a place, where all that is wrong with it is told.
    init(_ id: String, _ work: StepWork, at place: SourcePlace) {
        self.init(id, work)
        self.place = place
    }

    /// What it does, in one word: the kind of step, or the kind of control.
    public var uses: String { self.work.name }

    /// What it is given.
    public var with: [StepArgument] {
        switch self.work {
        case .use(_, let arguments): arguments
        case .call(let call): call.with
        default: []
        }
    }
}

/// What a step is given under one name.
public struct StepArgument: Sendable {
    /// The input's name.
    public var name: String
    /// What it is given.
    public var value: ValueExpression
    /// Where the name is written.
    public var place: SourcePlace?

    /// Gives an input a value.
    public init(_ name: String, _ value: ValueExpression, place: SourcePlace? = nil) {
        self.name = name
        self.value = value
        self.place = place
    }
}

/// How often a step is tried, and how long it waits in between.
public struct RetryPolicy: Sendable, Hashable {
    /// The most attempts, the first included; from 1.
    public var attempts = 3
    /// The wait before the second attempt.
    public var backoff = Duration.seconds(1)
    /// How much longer each further wait is.
    public var factor = 2.0
    /// The longest wait.
    public var maximumBackoff = Duration.seconds(60)
    /// The part of a wait, from 0 to 1, that is left to chance.
    public var jitter = 0.5

    /// The policy's usual form.
    public init(attempts: Int = 3, backoff: Duration = .seconds(1)) {
        self.attempts = attempts
        self.backoff = backoff
    }

    /// The wait after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - chance: A random number from 0 to 1.
    public func wait(after attempt: Int, chance: Double) -> Duration {
        Backoff(first: self.backoff, factor: self.factor, longest: self.maximumBackoff, jitter: self.jitter)
            .pause(after: attempt, chance: chance)
    }
}
