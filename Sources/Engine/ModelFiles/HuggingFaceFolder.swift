// SPDX-License-Identifier: Apache-2.0
package import LLMCore

/// A model as Hugging Face hubs hold it: a folder with `config.json` and the weights as safetensors.
package final class HuggingFaceFolder: TensorSource {
    /// The other files of the model, such as those of its tokenizer.
    package let folder: ModelFolder

    /// The object in `config.json`.
    package let configuration: JSONValue

    /// The object in `generation_config.json`, if there is one.
    package let generationConfiguration: JSONValue?

    /// The files with the weights.
    private let shards: SafetensorsShards

    /// Opens a model's folder; of the weights only the headers are read.
    ///
    /// - Throws: ``ModelFileError`` when the folder lacks settings or weights, or they contradict themselves.
    package convenience init(path: String) throws { try self.init(ModelFolder(path: path)) }

    /// Opens a model's folder; of the weights only the headers are read.
    ///
    /// - Throws: ``ModelFileError`` when the folder lacks settings or weights, or they contradict themselves.
    package init(_ folder: ModelFolder) throws {
        guard let configuration = try folder.json("config.json") else {
            let gguf = folder.names.first { $0.hasSuffix(".gguf") }
            let hint = gguf.map { " To open '\($0)', give its path." } ?? ""
            throw ModelFileError(.notFound, "\(folder.path): has no 'config.json', so it is no model folder.\(hint)")
        }
        self.folder = folder
        self.configuration = configuration
        self.generationConfiguration = try folder.json("generation_config.json")
        self.shards = try SafetensorsShards(folder)
    }

    /// The folder's path.
    package var path: String { self.folder.path }

    /// Every tensor that can be read, file by file.
    package var tensors: [TensorDescription] { self.shards.files.flatMap(\.tensors) }

    /// The tensors of a kind that cannot be read, each with the kind as the file writes it.
    package var unreadableTensors: [String: String] {
        self.shards.files.reduce(into: [:]) { $0.merge($1.unreadableTensors) { first, _ in first } }
    }

    /// The tensor of a name; nil where there is none.
    ///
    /// - Throws: ``ModelFileError`` with code `.unsupportedType` when its numbers are of a kind that cannot be read.
    package func tensor(named name: String) throws -> TensorDescription? {
        try self.file(of: name)?.tensor(named: name)
    }

    /// A tensor's bytes, valid while this folder lives; none for a tensor that is not of this folder.
    package func bytes(of tensor: TensorDescription) -> UnsafeRawBufferPointer {
        self.file(of: tensor.name)?.bytes(of: tensor) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Hints that a tensor's bytes will not be read for a while; reading them again reads the file again.
    package func adviseUnneeded(_ tensor: TensorDescription) { self.file(of: tensor.name)?.adviseUnneeded(tensor) }

    /// Checks that no file has become shorter since it was opened: reading what is gone would end the process.
    ///
    /// - Throws: ``ModelFileError`` with code `.truncated`.
    package func checkIntact() throws { for file in self.shards.files { try file.checkIntact() } }

    /// The file that holds a tensor.
    private func file(of tensor: String) -> SafetensorsFile? {
        self.shards.places[tensor].map { self.shards.files[$0] }
    }
}
