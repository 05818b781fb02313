// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFacade
internal import ModelFiles
internal import Tokenization

/// Whose tokens are meant; only the front of the model's file is read, never its weights.
struct VocabularyOptions: ParsableArguments {
    @Option(
        help: """
            The model's name, or the path of a GGUF file or of a folder with tokenizer.json; a file that holds only a \
            vocabulary will do.
            """)
    var model: String = Settings.text("MODEL") ?? ModelLocator.defaultModel

    /// Opens the tokenizer.
    func tokenizer() throws -> Tokenizer {
        if ModelFolder.exists(at: self.model) { return try Tokenizer(folder: ModelFolder(path: self.model)) }
        let path = try ModelLocator().path(of: self.model)
        return ModelFolder.exists(at: path)
            ? try Tokenizer(folder: ModelFolder(path: path)) : try Tokenizer(gguf: GGUFFile(path: path))
    }
}
