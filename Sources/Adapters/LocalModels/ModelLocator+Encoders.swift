// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Finds encoders, which are folders.
extension ModelLocator {
    /// The encoder that embeds unless told otherwise.
    public static let defaultEncoder = "all-MiniLM-L6-v2"

    /// The folder of an encoder.
    ///
    /// - Parameter model: The path of a folder with `config.json`, or the name of such a folder in ``folder``.
    /// - Throws: ``LLMError`` with code `.unknownModel` that says where was looked, or `.unsupported` for a GGUF file.
    package func encoderFolder(of model: String) throws -> String {
        let candidates = model.contains("/") ? [model] : [self.named(model), model].compactMap(\.self)
        if let path = candidates.first(where: { Self.isModelFolder($0) }) { return path }
        if let folder = candidates.first(where: { Self.isFolder($0) }) {
            throw LLMError(.unknownModel, "'\(folder)' is no model folder: it has no config.json.")
        }
        if let path = try? self.path(of: model) {
            throw LLMError(
                .unsupported,
                """
                '\(path)' is a GGUF file; embeddings come from encoders in folders as Hugging Face holds them, such as \
                \(Self.defaultEncoder).
                """)
        }
        let known = self.encoderNames
        let hint = known.isEmpty ? "" : NearestName.hint(for: model, in: known) + " "
        throw LLMError(
            .unknownModel,
            """
            There is no encoder '\(model)'. \(hint)Looked in \(self.folder), and for a folder of that name here; give the \
            path of a folder with config.json, tokenizer.json and model.safetensors.
            """)
    }

    /// Whether a name or path is that of an encoder that runs here: it embeds texts and writes none.
    package func isEncoder(_ model: String) -> Bool {
        (try? self.encoderFolder(of: model)).map(EmbeddingEngine.supports) ?? false
    }

    /// Folders with a model among those where models are kept.
    private var encoderNames: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.folder)) ?? []
        return names.filter { Self.isModelFolder("\(self.folder)/\($0)") }.sorted()
    }

    private func named(_ model: String) -> String? {
        self.encoderNames.first { $0.lowercased() == model.lowercased() }.map { "\(self.folder)/\($0)" }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    private static func isModelFolder(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/config.json")
            || FileManager.default.fileExists(atPath: "\(path)/modules.json")
    }
}
