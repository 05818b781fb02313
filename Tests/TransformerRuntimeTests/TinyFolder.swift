// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

/// A tiny random model as a Hugging Face folder, and what `transformers` computes from it
/// (scripts/references/tiny_huggingface.py).
struct TinyFolder: Sendable, CustomTestStringConvertible {
    struct Expected: Decodable, Sendable {
        let tokens: [Int32]
        /// Which of the tokens' logits follow.
        let rows: [Int]
        let logits: [[Float]]
        /// What 32 greedy tokens continue.
        let prompt: [Int32]
        let greedy: [Int32]
        /// The context that the model is used with, where it decides what is computed.
        let context: Int?
    }

    let name: String

    var testDescription: String { self.name }

    private static let folder = Bundle.module.resourceURL?.appending(path: "Fixtures/huggingface")

    static let all: [Self] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: Self.folder?.path ?? "")
        return (names ?? []).sorted().map(Self.init)
    }()

    func path() throws -> String { try #require(Self.folder).appending(path: self.name).path }

    func expected() throws -> Expected {
        let url = URL(filePath: "\(try self.path())/expected.json")
        return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
    }

    func load(kernels: Kernels = .best, pool: WorkerPool) throws -> TransformerModel {
        try TransformerModel(
            .huggingFace(HuggingFaceFolder(path: self.path())), kernels: kernels, pool: pool,
            contextLength: self.expected().context)
    }
}
