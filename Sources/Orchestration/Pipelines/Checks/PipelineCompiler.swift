// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Finds everything that is wrong with a pipeline, and turns it into what runs.
///
/// Both are one walk over the steps in the order written: a name is resolved once, to a slot, or is told to be wrong. Where
/// something is wrong, the program that comes out is of no use.
struct PipelineCompiler {
    /// The most mistakes that are told at once: telling one may mean to look at every name or reference there is.
    static let maximumIssues = 100

    let registry: StepRegistry
    /// What is wrong so far.
    private(set) var issues: [PipelineIssue]
    /// The frames around the step that is being compiled, the innermost last.
    var frames: [FrameSymbols] = []
    var outline = StepOutline([])
    /// The steps around the one that is being compiled, and that one.
    var path: [StepDeclaration] = []
    /// Where each id was declared, for each set of steps whose keys would be the same.
    var places: [[String: SourcePlace?]] = []
    /// Whether a `try` with a `catch` is around.
    var isCaught = false
    /// Whether a pipe is around.
    var isInPipe = false
    /// The steps of this pipeline that were compiled so far.
    var count = 0
    private var programs: [String: Program] = [:]

    init(registry: StepRegistry, issues: [PipelineIssue] = []) {
        self.registry = registry
        self.issues = issues
    }

    /// What is wrong, at most the first ``maximumIssues``.
    var reportedIssues: [PipelineIssue] { Array(self.issues.prefix(Self.maximumIssues)) }

    /// Whether so much is wrong that nothing more needs to be found.
    var isFull: Bool { self.issues.count >= Self.maximumIssues }

    mutating func report(_ place: SourcePlace?, _ message: String, suggestion: String = "") {
        self.issues.append(PipelineIssue(place, message, suggestion: suggestion))
    }

    /// Compiles a pipeline of its own.
    mutating func compile(_ content: PipelineContent) -> Program {
        let outer = (self.frames, self.outline, self.path, self.places, self.isCaught, self.count)
        defer { (self.frames, self.outline, self.path, self.places, self.isCaught, self.count) = outer }
        self.frames = [FrameSymbols()]
        (self.outline, self.path, self.places) = (StepOutline(content.steps), [], [[:]])
        (self.isCaught, self.count) = (false, 0)
        self.checkInputs(content.inputs)
        let ports = content.inputs.map { StepPort($0.name, $0.type, $0.description) }
        _ = self.frames[0].declare("inputs", .outputs(ports, of: "inputs"))
        if content.steps.isEmpty {
            self.report(content.place, "The pipeline has no steps.", suggestion: "List at least one under 'steps'.")
        }
        let lastValue = content.steps.last.map { ValueExpression(.string("${\($0.id).value}")) }
        let isGiven = content.output != nil || content.steps.last?.uses == "output"
        let (scope, (output, outputs)) = self.scope(content.steps) { compiler -> (CompiledValue, PipelineOutputs) in
            guard isGiven, let output = content.output ?? lastValue else { return (.literal(.null), .value(.any)) }
            // An `output` step gives what it is given.
            let value = content.steps.last?.with.first { $0.name == "value" }?.value
            let told = content.output == nil ? value ?? output : output
            return (compiler.compile(output, for: nil, in: nil), compiler.outputs(told))
        }
        if !isGiven, let last = content.steps.last {
            self.report(
                last.place ?? content.place, "The pipeline has no output.",
                suggestion: "Add 'output: \"${\(last.id).…}\"' or end with a step that uses 'output'.")
        }
        return Program(name: content.name, inputs: content.inputs, body: scope, output: output, outputs: outputs)
    }

    /// Compiles a pipeline that others call, once for all of them.
    mutating func compile(_ content: PipelineContent, key: String?) -> Program {
        // What may run in a pipe is checked for more than what else is called.
        let key = key.map { self.isInPipe ? "pipe \($0)" : $0 }
        if let key, let known = self.programs[key] { return known }
        let program = self.compile(content)
        if let key { self.programs[key] = program }
        return program
    }

    private mutating func checkInputs(_ inputs: [PipelineInput]) {
        var seen = Set<String>()
        for input in inputs {
            if !seen.insert(input.name).inserted {
                self.report(
                    input.place, "The input '\(input.name)' is declared twice.",
                    suggestion: "Remove one, or give it another name.")
            }
            if let value = input.defaultValue, !input.type.holds(value) {
                self.report(
                    input.place,
                    "The default of '\(input.name)' is of type \(value.typeName), not \(input.type.rawValue).",
                    suggestion: "Write a default of that type, or 'type: \(value.typeName)'.")
            }
        }
    }

    // MARK: - Lists of steps

    /// Compiles the steps of the innermost frame, and what is made of their outputs; ends the frame.
    mutating func scope<Output>(
        _ steps: [StepDeclaration], _ output: (inout Self) -> Output
    ) -> (Scope, Output) {
        let inner = self.frames.count - 1
        var block = self.block(steps, inFrame: inner)
        self.frames[inner].position = .max
        let result = output(&self)
        let frame = self.frames.removeLast()
        block.releases = frame.releases(count: block.instructions.count)
        return (Scope(slotCount: frame.slotCount, block: block), result)
    }

    /// Compiles steps that run one after the other.
    ///
    /// - Parameter frame: The frame whose own list this is; nil for a list inside a step.
    mutating func block(_ steps: [StepDeclaration], inFrame frame: Int? = nil) -> Block {
        var block = Block()
        var ending: StepDeclaration?
        for (position, step) in steps.enumerated() where !self.isFull {
            if let frame { self.frames[frame].position = position }
            if let ending {
                self.report(
                    step.place, "The step '\(step.id)' never runs: '\(ending.id)' before it always fails.",
                    suggestion: "Give '\(ending.id)' a condition, or remove the step.")
            }
            block.instructions.append(self.instruction(step))
            if ending == nil, step.alwaysFails { ending = step }
        }
        block.releases = Array(repeating: [], count: block.instructions.count)
        return block
    }

    /// Compiles steps of which it is not known whether they run; what they declare is seen only in them until revealed.
    mutating func branch(_ steps: [StepDeclaration]) -> (Block, [String: Symbol]) {
        let inner = self.frames.count - 1
        self.frames[inner].beginBranch()
        let block = self.block(steps)
        return (block, self.frames[inner].endBranch())
    }

    mutating func reveal(_ names: [String: Symbol]) { self.frames[self.frames.count - 1].reveal(names) }

    mutating func declare(_ name: String, _ content: Symbol.Content) -> Int {
        self.frames[self.frames.count - 1].declare(name, content)
    }
}

extension StepDeclaration {
    /// Whether no step after this one can ever run.
    fileprivate var alwaysFails: Bool {
        func fails(_ steps: [StepDeclaration]) -> Bool { steps.contains(where: \.alwaysFails) }
        switch self.work {
        case .fail: return self.when == nil
        case .group(let steps, let otherwise): return fails(steps) && (self.when == nil || fails(otherwise))
        case .choose(_, let cases, let otherwise):
            return self.when == nil && fails(otherwise) && cases.allSatisfy { fails($0.steps) }
        case .parallel(let branches, _): return self.when == nil && branches.contains(where: fails)
        case .attempt(let steps, let catching, let finally):
            return self.when == nil && (fails(finally) || fails(steps) && catching.map(fails) ?? true)
        default: return false
        }
    }
}
