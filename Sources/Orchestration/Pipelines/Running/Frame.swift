// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The values of steps that share slots, while they run.
///
/// Exactly one task runs the steps of a frame and writes its slots. Parallel branches and concurrent turns have frames of
/// their own; while they run, and read this one, that task only waits for them.
final class Frame: @unchecked Sendable {  // One task writes it; others read only while that task waits for them.
    var slots: [SlotValue]
    let parent: Frame?
    /// What stands before the ids of its steps in their keys; nil for the turn of a loop, whose prefix is made when needed.
    private let prefix: String
    private let index: Int?
    /// Whether steps around this frame go on when one inside it fails.
    let isCaught: Bool

    init(_ scope: Scope, parent: Frame? = nil, prefix: String = "", index: Int? = nil, isCaught: Bool = false) {
        self.slots = Array(repeating: .empty, count: scope.slotCount)
        self.parent = parent
        self.prefix = prefix
        self.index = index
        self.isCaught = isCaught
    }

    /// The key of a step in this frame.
    func key(of id: String) -> StepKey {
        guard let index = self.index else { return StepKey(rawValue: self.prefix.isEmpty ? id : self.prefix + id) }
        return StepKey(rawValue: "\(self.prefix)[\(index)].\(id)")
    }

    /// The prefix of the keys in a frame around which this one is.
    var keyPrefix: String { self.index == nil ? self.prefix : self.key(of: "").rawValue }

    /// The frame that is so many frames further out.
    func outward(_ hops: Int) -> Frame {
        var frame = self
        for _ in 0..<hops { if let parent = frame.parent { frame = parent } }
        return frame
    }
}

/// What a slot holds.
enum SlotValue: Sendable {
    /// The step has not run, or nobody needs its outputs any more.
    case empty
    /// A loop's variable.
    case value(JSONValue)
    /// A step's outputs, and what it asked a model.
    case outputs([String: JSONValue], asked: StepQuestion?)
}

/// How to make once more what a step asked a model.
final class StepQuestion: Sendable {
    let step: any PipelineStep
    let inputs: [String: JSONValue]

    init(step: any PipelineStep, inputs: [String: JSONValue]) {
        self.step = step
        self.inputs = inputs
    }
}
