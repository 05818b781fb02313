// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import OrderedCollections

/// The safetensors files that hold a folder's weights: one, or those its index names.
struct SafetensorsShards: Sendable {
    /// The most files an index may name.
    private static let maximumCount = 4096

    /// The files, in the order of their names.
    private(set) var files: [SafetensorsFile] = []

    /// The place in ``files`` of the file that holds a tensor, by the tensor's name.
    private(set) var places: [String: Int] = [:]

    /// Opens a folder's weights.
    ///
    /// - Throws: ``ModelFileError`` when there are none in a form that is read, or they contradict their index.
    init(_ folder: ModelFolder) throws {
        if folder.has("model.safetensors") {
            try self.open("model.safetensors", in: folder)
        } else if let index = try folder.json("model.safetensors.index.json") {
            try self.openAll(index, in: folder)
        } else {
            throw Self.noWeights(folder)
        }
    }

    /// Opens every file that an index names.
    private mutating func openAll(_ index: JSONValue, in folder: ModelFolder) throws {
        let source = "\(folder.path)/model.safetensors.index.json"
        var shards = [String: String]()
        for (tensor, file) in index["weight_map"]?.objectValue ?? [:] {
            guard let file = file.stringValue, !file.contains("/"), file.hasSuffix(".safetensors") else {
                throw ModelFileError(
                    .malformed,
                    "\(source): the file \(file) of tensor '\(tensor)' must be a .safetensors file in the same folder.")
            }
            shards[tensor] = file
        }
        guard !shards.isEmpty else {
            throw ModelFileError(.malformed, "\(source): needs a 'weight_map' with a file for each tensor.")
        }
        let names = Set(shards.values).sorted()
        guard names.count <= Self.maximumCount else {
            throw ModelFileError(
                .tooLarge, "\(source): names \(names.count) files; at most \(Self.maximumCount) are possible.")
        }
        for name in names { try self.open(name, in: folder) }
        for (tensor, file) in shards.sorted(by: { $0.key < $1.key }) {
            let place = self.places[tensor]
            guard let place, names[place] == file else {
                throw ModelFileError(.malformed, "\(source): '\(file)' should hold tensor '\(tensor)', but does not.")
            }
        }
    }

    /// Opens one file and enters its tensors.
    private mutating func open(_ name: String, in folder: ModelFolder) throws {
        let file = try SafetensorsFile(path: try folder.path(of: name))
        let place = self.files.count
        self.files.append(file)
        for tensor in file.tensors.map(\.name) + file.unreadableTensors.keys {
            guard self.places.updateValue(place, forKey: tensor) == nil else {
                throw ModelFileError(.malformed, "\(file.path): tensor '\(tensor)' is in another file already.")
            }
        }
    }

    /// The error for a folder without weights that are read, which says what to do.
    private static func noWeights(_ folder: ModelFolder) -> ModelFileError {
        let pickles = folder.names.filter { name in
            [".bin", ".pt", ".pth", ".ckpt", ".pkl"].contains(where: name.hasSuffix)
        }
        if let pickle = pickles.first(where: { $0.hasPrefix("pytorch_model") }) ?? pickles.first {
            return ModelFileError(
                .notAModel,
                """
                \(folder.path): '\(pickle)' is a pickled PyTorch model, which can run code when it is read; it is not \
                supported. Save the model with safetensors ('save_pretrained(…, safe_serialization=True)'), or fetch a \
                revision that has 'model.safetensors'.
                """)
        }
        if let gguf = folder.names.first(where: { $0.hasSuffix(".gguf") }) {
            return ModelFileError(
                .notAModel, "\(folder.path): has no 'model.safetensors'; to open '\(gguf)', give its path.")
        }
        return ModelFileError(
            .notFound, "\(folder.path): has neither 'model.safetensors' nor 'model.safetensors.index.json'.")
    }
}
