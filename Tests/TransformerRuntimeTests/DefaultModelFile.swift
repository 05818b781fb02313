// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelFiles
import Testing

/// The default model, which `make setup` fetches.
enum DefaultModelFile {
    static func open() throws -> GGUFFile {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        let path = "\(cache)/autoglm/models/SmolLM2-135M-Instruct.Q4_1.gguf"
        try #require(FileManager.default.fileExists(atPath: path), "The default model is missing: run make setup.")
        return try GGUFFile(path: path)
    }
}
