// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import Foundation
import LLMCore
import OpenAutoGLMTesting
import PipelineSteps
import Pipelines
import RunStorage
import Synchronization
import Testing

/// A folder that goes away with this value.
final class TestFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("steps-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: self.path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(self.path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(self.path)/\(name)", withDestinationPath: target)
    }
}

/// A model that embeds a text as how often it has each letter from a to h, and counts what it embeds.
final class LetterModel: ModelAdapter, EmbedderSource {
    let name: String
    let capabilities: ModelCapabilities = .embeddings
    private let letters: String
    private let count = Mutex(0)

    init(name: String = "letters", letters: String = "abcdefghijk") {
        self.name = name
        self.letters = letters
    }

    var embedded: Int { self.count.withLock { $0 } }

    func embedder(named name: String?) async throws -> any ModelAdapter { self }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        self.count.withLock { $0 += texts.count }
        return texts.map { text in self.letters.map { letter in Float(text.count { $0 == letter }) } }
    }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "It only embeds.")
    }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 0 }
}

/// Runs single steps with every kind registered.
struct StepRunning {
    var access = StepAccess()
    var baseFolder: String?
    var bus = InProcessEventBus()
    var embedder = LetterModel()
    var storage: TestFolder?

    var registry: StepRegistry {
        let folder = self.storage?.path
        return .all(self.access, bus: self.bus, embedder: self.embedder) {
            VectorStore(try StorageFile(path: "\(try #require(folder))/vectors.sqlite"))
        }
    }

    func pipeline(_ kind: String, _ inputs: JSONValue) throws -> Pipeline {
        let yaml = "pipeline: p\nsteps:\n  - {id: step, uses: \(kind), with: \(inputs)}\noutput: done"
        return try Pipeline(yaml: yaml, registry: self.registry)
    }

    func run(_ kind: String, _ inputs: JSONValue) async throws -> [String: JSONValue] {
        try await PipelineRunner(model: ScriptedModel(), baseFolder: self.baseFolder)
            .run(self.pipeline(kind, inputs)).steps[0].outputs
    }

    /// What the step fails with, as a person reads it; nil if it does not.
    func failure(_ kind: String, _ inputs: JSONValue) async -> String? {
        do {
            _ = try await self.run(kind, inputs)
            return nil
        } catch { return "\(error)" }
    }
}
