// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import Testing
import Tokenization

/// One engine with the default model for all tests of this target: loading it costs more than most tests.
enum DefaultEngine {
    static let shared = Result { try open() }

    static func open(_ configuration: EngineConfiguration = EngineConfiguration()) throws -> LocalEngine {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(cache)/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
        try #require(FileManager.default.fileExists(atPath: path), "The default model is missing: run make setup.")
        return try LocalEngine(path: path, configuration: configuration)
    }
}

extension LocalEngine {
    func tokens(_ text: String) -> [TokenID] { self.tokenizer.encode(text, addSpecial: false, parseSpecial: true) }

    func response(_ job: GenerationJob) async throws -> GenerationResponse { try await self.generate(job).response() }

    /// Waits until nothing is computed any more; fails the test if that never happens.
    func waitUntilIdle() async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(1200))
        while await self.usage.isBusy {
            try #require(ContinuousClock.now < deadline, "The engine still holds sequences.")
            await Task.yield()
        }
    }
}
