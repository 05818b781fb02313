// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// A checked pipeline in the form that runs: names have become slots.
final class Program: Sendable {
    let name: String
    let inputs: [PipelineInput]
    let body: Scope
    /// What the run's result is made of.
    let output: CompiledValue
    /// What is known of it before a run.
    let outputs: PipelineOutputs

    init(name: String, inputs: [PipelineInput], body: Scope, output: CompiledValue, outputs: PipelineOutputs) {
        self.name = name
        self.inputs = inputs
        self.body = body
        self.output = output
        self.outputs = outputs
    }
}

/// Steps that share slots: those of a pipeline, of a loop's turn or of a parallel branch.
struct Scope: Sendable {
    var slotCount: Int
    var block: Block
}

/// Steps that run one after the other.
struct Block: Sendable {
    var instructions: [Instruction] = []
    /// By instruction: the slots that nobody reads after it.
    var releases: [[Int]] = []
}

/// One step, ready to run.
final class Instruction: Sendable {
    let id: String
    let uses: String
    let place: SourcePlace?
    /// Where its outputs go.
    let slot: Int
    let when: CompiledFormula?
    let timeout: Duration?
    let isBreakpoint: Bool
    /// Whether steps around it go on when it fails.
    let isCaught: Bool
    let operation: Operation

    init(_ step: StepDeclaration, slot: Int, when: CompiledFormula?, isCaught: Bool, _ operation: Operation) {
        self.id = step.id
        self.uses = step.uses
        self.place = step.place
        self.timeout = step.timeout
        self.isBreakpoint = step.isBreakpoint
        self.slot = slot
        self.when = when
        self.isCaught = isCaught
        self.operation = operation
    }
}

/// What a step does when it runs.
enum Operation: Sendable {
    case step(StepOperation)
    /// Its condition is the instruction's own; without it the second block runs.
    case group(Block, otherwise: Block)
    case choose(CompiledValue, cases: [String: Block], otherwise: Block)
    case forEach(ForEachOperation)
    case loop(LoopOperation)
    case parallel([BranchOperation], concurrency: Int)
    case pipe(PipeOperation)
    case attempt(AttemptOperation)
    case call(Program, with: [CompiledArgument])
    case wait(question: CompiledValue, choices: [String])
    case sleep(Duration)
    case fail(CompiledValue)
}

/// A kind of step with what it is given.
struct StepOperation: Sendable {
    let step: any PipelineStep
    let effect: StepEffect
    let arguments: [CompiledArgument]
    let retry: RetryPolicy?
}

/// What a step is given under one name.
struct CompiledArgument: Sendable {
    let name: String
    let value: CompiledValue
    let port: StepPort?
}

struct ForEachOperation: Sendable {
    let elements: CompiledValue
    let concurrency: Int
    let scope: Scope
    /// The slots of the element and of its number.
    let variables: (element: Int, index: Int)
    /// What a turn gives.
    let output: CompiledValue
}

struct LoopOperation: Sendable {
    /// Read in the turn's scope.
    let condition: CompiledFormula
    let limit: Int
    let failsAtLimit: Bool
    let initial: CompiledValue?
    let scope: Scope
    /// The slots of what the turn before gave, and of the turn's number.
    let variables: (last: Int, index: Int)
    let output: CompiledValue
}

struct BranchOperation: Sendable {
    let scope: Scope
    /// Where the branch's slots go when all branches have ended.
    let results: [(from: Int, to: Int)]
}

struct AttemptOperation: Sendable {
    let body: Block
    /// What runs when a step has failed, and where it finds why; nil lets the failure go on.
    let catching: (block: Block, errorSlot: Int)?
    let finally: Block
}
