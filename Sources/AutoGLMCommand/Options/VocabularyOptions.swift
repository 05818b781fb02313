// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFacade
internal import ModelFiles
internal import Tokenization

/// Whose tokens are meant; only the front of the model's file is read, never its weights.
struct VocabularyOptions: ParsableArguments {
    @Option(help: "The model's name, or the path of a GGUF file; one that holds only a vocabulary will do.")
    var model: String = Settings.text("MODEL") ?? ModelLocator.defaultModel

    /// Opens the tokenizer.
    func tokenizer() throws -> Tokenizer {
        try Tokenizer(gguf: GGUFFile(path: ModelLocator().path(of: self.model)))
    }
}
