// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

/// How a folder of sentence-transformers makes embeddings: what happens before the encoder and after it.
///
/// A folder that says nothing about it averages the hidden states, as sentence-transformers does.
struct EmbeddingRecipe: Sendable {
    /// What happens to a pooled vector.
    enum Stage: Sendable {
        case dense(DenseLayer)
        case normalize
    }

    /// Where the encoder lies below the folder; empty for the folder itself.
    private(set) var encoderPath = ""
    /// Poolings whose results stand one after the other.
    private(set) var poolings = [PoolingMode.mean]
    /// Whether the tokens of a prompt are pooled, too.
    private(set) var poolsPrompt = true
    private(set) var stages: [Stage] = []
    /// The most tokens of a text, if the folder says.
    private(set) var tokenLimit: Int?
    /// Whether texts are put into lower case first.
    private(set) var lowercases = false
    /// Texts to put before what is embedded, by name.
    private(set) var prompts: [String: String] = [:]
    /// The prompt that is used unless told otherwise.
    private(set) var defaultPrompt: String?

    private let folder: ModelFolder

    /// Reads `modules.json` and what it names.
    ///
    /// - Throws: ``EngineError`` when a module is not known here; `ModelFileError` when a file is broken.
    init(folder: ModelFolder) throws {
        self.folder = folder
        if let text = try folder.text("modules.json") { try self.readModules(text) }
        try self.readPrompts()
        let settings = try self.encoderSettings()
        self.lowercases = settings?["do_lower_case"]?.boolValue ?? false
        self.tokenLimit = settings?["max_seq_length"]?.integerValue
        if self.tokenLimit == nil {
            let path = self.encoderPath.isEmpty ? "tokenizer_config.json" : "\(self.encoderPath)/tokenizer_config.json"
            self.tokenLimit = try folder.json(path)?["model_max_length"]?.integerValue
        }
    }

    /// The width of an embedding, given that of the encoder.
    ///
    /// - Throws: ``EngineError`` when a layer does not take what the one before gives.
    func dimensions(width: Int) throws -> Int {
        var width = width * self.poolings.count
        for case .dense(let layer) in self.stages {
            guard layer.inputs == width else {
                throw EngineError(
                    .unsupportedModel,
                    "\(self.folder.path): a dense layer takes \(layer.inputs) values, but gets \(width).")
            }
            width = layer.outputs
        }
        return width
    }

    private mutating func readModules(_ text: String) throws {
        guard let modules = try? JSONValue(parsing: text).arrayValue else {
            throw EngineError(.unsupportedModel, "\(self.folder.path)/modules.json: must be a JSON array.")
        }
        for module in modules {
            let type = module["type"]?.stringValue ?? ""
            let path = module["path"]?.stringValue ?? ""
            switch type.split(separator: ".").last {
            case "Transformer": self.encoderPath = path
            case "Pooling": try self.readPooling(path)
            case "Dense": self.stages.append(.dense(try DenseLayer(folder: self.folder, path: path)))
            case "Normalize": self.stages.append(.normalize)
            default:
                throw EngineError(
                    .unsupportedModel,
                    """
                    \(self.folder.path)/modules.json: the module '\(type)' is not known here; known are Transformer, \
                    Pooling, Dense and Normalize.
                    """)
            }
        }
    }

    private mutating func readPooling(_ path: String) throws {
        guard let settings = try self.folder.json("\(path)/config.json") else {
            throw EngineError(.unsupportedModel, "\(self.folder.path): \(path)/config.json is missing.")
        }
        self.poolsPrompt = settings["include_prompt"]?.boolValue ?? true
        let flagged = PoolingMode.allCases.filter { settings[$0.flag]?.boolValue == true }
        guard let named = settings["pooling_mode"] else {
            self.poolings = flagged.isEmpty ? [.mean] : flagged
            return
        }
        self.poolings = try (named.arrayValue ?? [named]).map { value in
            guard let mode = value.stringValue.flatMap(PoolingMode.init(rawValue:)) else {
                let hint = NearestName.hint(
                    for: value.stringValue ?? value.serialized(), in: PoolingMode.allCases.map(\.rawValue))
                throw EngineError(
                    .unsupportedModel,
                    "\(self.folder.path)/\(path): the pooling \(value.serialized()) is not known. \(hint)")
            }
            return mode
        }
        if self.poolings.isEmpty {
            throw EngineError(.unsupportedModel, "\(self.folder.path)/\(path): 'pooling_mode' names no pooling.")
        }
    }

    private mutating func readPrompts() throws {
        let settings = try self.folder.json("config_sentence_transformers.json")
        for (name, prompt) in settings?["prompts"]?.objectValue ?? [:] { self.prompts[name] = prompt.stringValue }
        self.defaultPrompt = settings?["default_prompt_name"]?.stringValue
    }

    /// The file has had a name for each kind of model.
    private func encoderSettings() throws -> JSONValue? {
        let names =
            self.encoderPath.isEmpty
            ? self.folder.names : try ModelFolder(path: self.folder.path(of: self.encoderPath)).names
        guard let name = names.first(where: { $0.hasPrefix("sentence_") && $0.hasSuffix("_config.json") }) else {
            return nil
        }
        return try self.folder.json(self.encoderPath.isEmpty ? name : "\(self.encoderPath)/\(name)")
    }
}
