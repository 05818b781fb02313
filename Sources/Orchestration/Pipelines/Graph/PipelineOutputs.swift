// SPDX-License-Identifier: Apache-2.0

/// What is known of a pipeline's result before a run.
public enum PipelineOutputs: Sendable, Hashable {
    /// An object with these members, in the order written, and their types.
    case members([Member])
    /// A single value of a type.
    case value(ValueType)

    /// A member of the result.
    public struct Member: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its type.
        public var type: ValueType
    }
}

extension Pipeline {
    /// What is known of the result before a run.
    public var outputs: PipelineOutputs { self.program.outputs }
}
