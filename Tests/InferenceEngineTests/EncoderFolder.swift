// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import Testing

/// Folders of encoders: tiny ones that are committed, and the one that is fetched.
enum EncoderFolder {
    /// A text and what sentence-transformers makes of it.
    struct Case: Decodable, Sendable {
        let text: String
        var prompt: String?
        var tokens: [Int]?
        let embedding: [Float]
        /// What each pooling alone makes of it.
        var poolings: [String: [Float]]?
    }

    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The folder of a tiny encoder (scripts/references/tiny_encoders.py).
    static func tiny(_ name: String) -> URL {
        self.tests.appending(path: "TransformerRuntimeTests/Fixtures/Encoders/\(name)")
    }

    /// What the reference computes with a tiny encoder.
    static func tinyCases(_ name: String) throws -> [Case] {
        try self.cases(self.tiny(name).appending(path: "expected.json"))
    }

    /// What the reference computes with all-MiniLM-L6-v2 (scripts/references/minilm_embeddings.py).
    static func fetchedCases() throws -> [Case] {
        try self.cases(self.tests.appending(path: "InferenceEngineTests/Fixtures/minilm.json"))
    }

    /// The folder of all-MiniLM-L6-v2.
    static func fetched() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(cache)/autoglm/models/all-MiniLM-L6-v2"
        try #require(
            FileManager.default.fileExists(atPath: path), "The encoder is missing: run scripts/fetch-model.sh encoder.")
        return path
    }

    /// Calls `body` with a copy of a tiny encoder's folder in which some files were replaced.
    static func changed<Result>(
        _ name: String, _ files: [String: String], _ body: (String) async throws -> Result
    ) async throws -> Result {
        let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.copyItem(at: self.tiny(name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        for (file, text) in files { try Data(text.utf8).write(to: copy.appending(path: file)) }
        return try await body(copy.path)
    }

    private static func cases(_ url: URL) throws -> [Case] {
        try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    }
}

/// The largest difference between two vectors; infinite when their lengths differ.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
