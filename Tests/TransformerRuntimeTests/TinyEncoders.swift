// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

/// A tiny random encoder and what `transformers` computes from it (scripts/references/tiny_encoders.py).
struct TinyEncoder: Sendable, CustomTestStringConvertible {
    struct Case: Decodable, Sendable {
        let tokens: [Int32]
        /// The last layer's hidden states, token by token.
        let hidden: [Float]
    }

    let name: String
    let cases: [Case]

    var testDescription: String { self.name }

    static let all: [Self] = ["bert", "xlm-roberta", "nomic-bert"].compactMap { try? Self($0) }

    private init(_ name: String) throws {
        self.name = name
        let data = try Data(contentsOf: Self.folder(name).appending(path: "expected.json"))
        self.cases = try JSONDecoder().decode([Case].self, from: data)
    }

    private static func folder(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures/Encoders"))
    }

    /// The model's folder; `change` edits a copy's settings first.
    func open(_ change: ((inout [String: Any]) -> Void)? = nil) throws -> HuggingFaceFolder {
        let folder = try Self.folder(self.name)
        guard let change else { return try HuggingFaceFolder(path: folder.path) }
        let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.copyItem(at: folder, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let file = copy.appending(path: "config.json")
        var settings = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        change(&settings)
        try JSONSerialization.data(withJSONObject: settings).write(to: file)
        return try HuggingFaceFolder(path: copy.path)
    }
}
