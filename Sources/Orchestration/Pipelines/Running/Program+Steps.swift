// SPDX-License-Identifier: Apache-2.0

public import LLMCore

extension Program {
    /// Every step, those inside others and those of pipelines that it calls included.
    var steps: [Instruction] { self.body.block.steps }
}

extension Block {
    fileprivate var steps: [Instruction] {
        self.instructions.flatMap { [$0] + $0.operation.blocks.flatMap(\.steps) }
    }
}

extension Operation {
    /// The lists of steps inside it.
    fileprivate var blocks: [Block] {
        switch self {
        // Stages of a pipe run together: none of them can be stopped at.
        case .step, .pipe, .wait, .sleep, .fail: []
        case .group(let block, let otherwise): [block, otherwise]
        case .choose(_, let cases, let otherwise): cases.sorted { $0.key < $1.key }.map(\.value) + [otherwise]
        case .forEach(let loop): [loop.scope.block]
        case .loop(let loop): [loop.scope.block]
        case .parallel(let branches, _): branches.map(\.scope.block)
        case .attempt(let attempt): [attempt.body, attempt.catching?.block, attempt.finally].compactMap(\.self)
        case .call(let program, _): [program.body.block]
        }
    }
}

extension Pipeline {
    /// Makes sure that there are steps with these ids, inside others or in pipelines that are called, too.
    ///
    /// - Throws: ``PipelineError`` with code `.unknownStep` that names the nearest one there is.
    public func check(steps ids: some Sequence<String>) throws {
        let known = Set(self.program.steps.map(\.id))
        guard let id = ids.first(where: { !known.contains($0) }) else { return }
        throw PipelineError(
            .unknownStep,
            "The pipeline '\(self.name)' has no step '\(id)'. \(NearestName.hint(for: id, in: known.sorted()))")
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// The pipeline has no step with that id.
    public static var unknownStep: Self { "unknown-step" }
}
