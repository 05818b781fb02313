// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

/// A folder of data to train with: `train.jsonl` to learn from, and `dev.jsonl` or `val.jsonl` to judge by.
struct TrainingFolder {
    /// The files.
    let training: String, development: String

    init(_ path: String) {
        self.training = "\(path)/train.jsonl"
        self.development = FilePath.isFile("\(path)/dev.jsonl") ? "\(path)/dev.jsonl" : "\(path)/val.jsonl"
    }
}
