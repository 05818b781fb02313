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

    /// Whether there is the same model as a GGUF file (scripts/references/tiny_gguf.py).
    var hasFile: Bool { FileManager.default.fileExists(atPath: self.file) }

    private var file: String { "\(Self.folder?.deletingLastPathComponent().path ?? "")/gguf/\(self.name).gguf" }

    func loadFile(pool: WorkerPool) throws -> TransformerModel {
        try TransformerModel(.gguf(GGUFFile(path: self.file)), pool: pool, contextLength: self.expected().context)
    }

    /// Calls `body` with a copy of the folder whose configuration is changed.
    func withCopy<Result>(
        changing changes: [String: Any], _ body: (HuggingFaceFolder) throws -> Result
    ) throws -> Result {
        let source = URL(filePath: try self.path())
        let folder = FileManager.default.temporaryDirectory.appending(path: "tiny-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = try self.configuration().merging(changes) { $1 }
        try JSONSerialization.data(withJSONObject: configuration).write(to: folder.appending(path: "config.json"))
        let names = try FileManager.default.contentsOfDirectory(atPath: source.path)
        for name in names where name.contains("safetensors") {
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: name), withDestinationURL: source.appending(path: name))
        }
        return try body(HuggingFaceFolder(path: folder.path))
    }

    func configuration() throws -> [String: Any] {
        try Self.object(String(contentsOfFile: "\(try self.path())/config.json", encoding: .utf8))
    }

    /// A JSON object as Foundation sees it.
    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    func load(kernels: Kernels = .best, pool: WorkerPool) throws -> TransformerModel {
        try TransformerModel(
            .huggingFace(HuggingFaceFolder(path: self.path())), kernels: kernels, pool: pool,
            contextLength: self.expected().context)
    }
}
