// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

/// A tiny random model and what NumPy computes from it (scripts/references/tiny_transformers.py).
struct TinyModel: Decodable, Sendable, CustomTestStringConvertible {
    let model: String
    let tokens: [Int32]
    /// Of every tenth token.
    let logits: [[Float]]

    var testDescription: String { self.model }

    static let all: [Self] = {
        guard let url = Bundle.module.url(forResource: "tiny_logits", withExtension: "json", subdirectory: "Fixtures"),
            let data = try? Data(contentsOf: url)
        else { return [] }
        return (try? JSONDecoder().decode([Self].self, from: data)) ?? []
    }()

    func bytes() throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: self.model, withExtension: "gguf", subdirectory: "Fixtures"))
        return Array(try Data(contentsOf: url))
    }

    func load(kernels: Kernels = .best, pool: WorkerPool) throws -> TransformerModel {
        try TransformerModel(file: GGUFFile(bytes: self.bytes(), name: self.model), kernels: kernels, pool: pool)
    }
}
