// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import SourceDocuments

/// What a step does.
public indirect enum StepWork: Sendable {
    /// Does what a kind of step does.
    case use(String, with: [StepArgument])
    /// Runs steps, or others where its condition does not hold.
    case group([StepDeclaration], otherwise: [StepDeclaration])
    /// Runs the steps of the case that a value names.
    case choose(ValueExpression, cases: [SwitchCase], otherwise: [StepDeclaration])
    /// Runs steps once for each element.
    case forEach(ForEachLoop)
    /// Runs steps while a condition holds.
    case loop(WhileLoop)
    /// Runs several lists of steps at the same time.
    case parallel([[StepDeclaration]], concurrency: Int?)
    /// Runs steps at the same time, each with what the one before it gives, as that comes.
    case pipe([StepDeclaration])
    /// Runs steps, others if one of them fails, and yet others in any case.
    case attempt([StepDeclaration], catching: [StepDeclaration]?, finally: [StepDeclaration])
    /// Runs another pipeline.
    case call(PipelineCall)
    /// Waits for somebody's answer.
    case wait(question: ValueExpression, choices: [String])
    /// Waits for some time.
    case sleep(Duration)
    /// Fails with a message.
    case fail(ValueExpression)

    /// The kind of step, or the kind of control.
    var name: String {
        if case .use(let name, _) = self { name } else { self.form.rawValue }
    }

    /// The key that tells it from others in YAML.
    var form: StepForm {
        switch self {
        case .use: .uses
        case .group: .steps
        case .choose: .switch
        case .forEach: .forEach
        case .loop: .while
        case .parallel: .parallel
        case .pipe: .pipe
        case .attempt: .try
        case .call: .call
        case .wait: .waitFor
        case .sleep: .sleep
        case .fail: .fail
        }
    }

    /// The lists of steps inside it, in the order written.
    var blocks: [[StepDeclaration]] {
        switch self {
        case .use, .call, .wait, .sleep, .fail: []
        case .group(let steps, let otherwise): [steps, otherwise]
        case .choose(_, let cases, let otherwise): cases.map(\.steps) + [otherwise]
        case .forEach(let loop): [loop.steps]
        case .loop(let loop): [loop.steps]
        case .parallel(let branches, _): branches
        case .pipe(let stages): [stages]
        case .attempt(let steps, let catching, let finally): [steps, catching ?? [], finally]
        }
    }

    /// The expressions that it is given, those of the steps inside it not included.
    var expressions: [ValueExpression] {
        switch self {
        case .use(_, let arguments): arguments.map(\.value)
        case .choose(let value, _, _): [value]
        case .forEach(let loop): [loop.elements] + [loop.output].compactMap { $0 }
        case .loop(let loop): [loop.initial, loop.output].compactMap { $0 }
        case .call(let call): call.with.map(\.value)
        case .wait(let text, _), .fail(let text): [text]
        case .group, .parallel, .pipe, .attempt, .sleep: []
        }
    }
}

/// The steps for one value of a `switch`.
public struct SwitchCase: Sendable {
    /// The value, as text.
    public var label: String
    /// What runs then.
    public var steps: [StepDeclaration]
    /// Where it is written.
    public var place: SourcePlace?

    /// Names a case.
    public init(_ label: String, steps: [StepDeclaration], place: SourcePlace? = nil) {
        self.label = label
        self.steps = steps
        self.place = place
    }
}

/// Steps that run once for each element of an array, or so many times.
public struct ForEachLoop: Sendable {
    /// The array, or how many times.
    public var elements: ValueExpression
    /// The name of the element inside the loop.
    public var variable: String
    /// How many turns may run at the same time.
    public var concurrency: Int
    /// What runs in each turn.
    public var steps: [StepDeclaration]
    /// What each turn gives to `results`; nil takes the outputs of its last step.
    public var output: ValueExpression?

    /// Makes a loop.
    public init(
        _ elements: ValueExpression, as variable: String = "item", concurrency: Int = 1, steps: [StepDeclaration],
        output: ValueExpression? = nil
    ) {
        self.elements = elements
        self.variable = variable
        self.concurrency = concurrency
        self.steps = steps
        self.output = output
    }
}

/// Steps that run again and again while a condition holds.
public struct WhileLoop: Sendable {
    /// What must hold before each turn.
    public var condition: Formula
    /// The most turns.
    public var limit: Int
    /// Whether the run fails when the condition still holds after so many turns; else the loop just ends.
    public var failsAtLimit: Bool
    /// What `last` is in the first turn; nil for null.
    public var initial: ValueExpression?
    /// What runs in each turn.
    public var steps: [StepDeclaration]
    /// What each turn hands to the next as `last`; nil takes the outputs of its last step.
    public var output: ValueExpression?
    var conditionPlace: SourcePlace?

    /// Makes a loop.
    public init(
        _ condition: Formula, limit: Int, failsAtLimit: Bool = true, initial: ValueExpression? = nil,
        steps: [StepDeclaration], output: ValueExpression? = nil
    ) {
        self.condition = condition
        self.limit = limit
        self.failsAtLimit = failsAtLimit
        self.initial = initial
        self.steps = steps
        self.output = output
    }
}

/// A pipeline that runs as a step of another.
public struct PipelineCall: Sendable {
    /// What runs; nil where it could not be read, which has been told.
    var content: PipelineContent?
    /// How it is named: a file's path, or the name of an inline pipeline.
    public var name: String
    /// What it is given.
    public var with: [StepArgument]
    /// What tells this pipeline from all others that are called; nil where it is called only here.
    var key: String?

    init(_ content: PipelineContent?, name: String, with: [StepArgument], key: String? = nil) {
        self.content = content
        self.name = name
        self.with = with
        self.key = key
    }
}
