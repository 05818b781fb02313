// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
package import Tokenization
package import TransformerRuntime

extension ModelSource {
    /// Opens a model's files; of the weights only the table of contents is read.
    ///
    /// - Parameter path: A GGUF file, or a folder with `config.json` and safetensors.
    /// - Throws: `ModelFileError` when there is no model there, or one that contradicts itself.
    package init(path: String) throws {
        if ModelFolder.exists(at: path) {
            self = .huggingFace(try HuggingFaceFolder(path: path))
        } else if path.hasSuffix(".safetensors") {
            throw ModelFileError(
                .notAModel, "\(path): safetensors hold weights alone; give the folder that has config.json beside them."
            )
        } else {
            self = .gguf(try GGUFFile(path: path))
        }
    }

    /// The path of the file or folder.
    package var path: String { self.tensors.path }

    /// Makes the tokenizer.
    ///
    /// - Throws: `TokenizerError` or `ModelFileError` when there is none, or one that is not supported.
    package func makeTokenizer() throws -> Tokenizer {
        switch self {
        case .gguf(let file): try Tokenizer(gguf: file)
        case .huggingFace(let folder): try Tokenizer(folder: folder.folder)
        }
    }
}
