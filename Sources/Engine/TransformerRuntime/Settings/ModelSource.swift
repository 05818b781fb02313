// SPDX-License-Identifier: Apache-2.0

package import ModelFiles

/// A model's files, in one of the two forms they come in.
package enum ModelSource: Sendable {
    /// A GGUF file: settings and tensors in one.
    case gguf(GGUFFile)
    /// A folder with `config.json` and safetensors.
    case huggingFace(HuggingFaceFolder)

    /// Where the tensors are.
    package var tensors: any TensorSource {
        switch self {
        case .gguf(let file): file
        case .huggingFace(let folder): folder
        }
    }

    /// Which of the two it is: settings and tensors have other names in each.
    package var format: ModelFormat {
        switch self {
        case .gguf: .gguf
        case .huggingFace: .huggingFace
        }
    }
}

/// The forms that a model comes in.
package enum ModelFormat: Sendable, Hashable {
    /// llama.cpp's files.
    case gguf
    /// What `transformers` writes.
    case huggingFace
}
