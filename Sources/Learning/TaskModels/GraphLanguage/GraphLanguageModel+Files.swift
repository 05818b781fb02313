// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

extension GraphLanguageModel {
    fileprivate static let format = "autoglm-graph-lm", version = 2
    private static let configuration = "config.json", pieces = "vocabulary.json", weights = "model.safetensors"
    private static let nameFile = "names.json"

    /// Writes the model's files into a folder that there is.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package func write(to folder: String) throws {
        func array(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
        try ReplacingFile.replace("\(folder)/\(Self.pieces)", with: array(self.vocabulary.pieces).serialized())
        let names = JSONValue.object([
            "common": array(self.names.common.sorted()), "known": .array(self.names.known.map { array($0) }),
        ])
        try ReplacingFile.replace("\(folder)/\(Self.nameFile)", with: names.serialized())
        try WeightFile.write(self.network.weights.map { ($0, $1) }, [], to: "\(folder)/\(Self.weights)")
        // Last, so that there is no model before all of it is there.
        try ReplacingFile.replace("\(folder)/\(Self.configuration)", with: self.settings.json.serialized() + "\n")
    }

    /// Reads a model.
    ///
    /// - Parameter folder: Where ``write(to:)`` has written it.
    /// - Throws: ``TaskModelError`` with code `.malformed`, or ``ModelFileError``; the message names the file.
    package init(folder: String) throws {
        let settings = try GraphModelSettings(
            JSONFile.read("\(folder)/\(Self.configuration)"), "\(folder)/\(Self.configuration)")
        let pieces = try JSONFile.texts(JSONFile.read("\(folder)/\(Self.pieces)"), "\(folder)/\(Self.pieces)")
        let names = try JSONFile.read("\(folder)/\(Self.nameFile)")
        let common = try JSONFile.texts(names["common"], "\(folder)/\(Self.nameFile)")
        guard let known = names["known"]?.arrayValue else {
            throw TaskModelError(.malformed, "\(folder)/\(Self.nameFile): 'known' is no list.")
        }
        let rules = NameRules(
            common: Set(common), known: try known.map { try JSONFile.texts($0, "\(folder)/\(Self.nameFile)") })
        let weights = try WeightFile(path: "\(folder)/\(Self.weights)")
        // Before memory is asked for that the files do not fill.
        let needed = settings.weightCount(vocabulary: pieces.count)
        guard needed == weights.count else {
            throw TaskModelError(
                .malformed, "\(folder): the model has \(needed) weights, and \(Self.weights) \(weights.count).")
        }
        var generator = SeededNumbers(seed: 0)
        try self.init(
            settings, vocabulary: SubwordVocabulary(pieces: pieces, style: .exact), names: rules, using: &generator)
        try weights.read(into: &self.network, prefix: "")
    }
}

extension GraphModelSettings {
    /// The settings as the model's file has them.
    fileprivate var json: JSONValue {
        .object([
            "format": .string(GraphLanguageModel.format), "version": .integer(GraphLanguageModel.version),
            "channel": .string(self.channel.rawValue),
            "copies": .bool(self.copies), "layers": .integer(self.encoder.layers),
            "graph_layers": .integer(self.graphLayers), "decoder_layers": .integer(self.decoderLayers),
            "width": .integer(self.encoder.width), "heads": .integer(self.encoder.heads),
            "feed_forward": .integer(self.encoder.feedForward),
        ])
    }

    fileprivate init(_ json: JSONValue, _ path: String) throws {
        func number(_ key: String) throws -> Int {
            guard let number = json[key]?.integerValue else {
                throw TaskModelError(.malformed, "\(path): '\(key)' is no whole number.")
            }
            return number
        }
        guard json["format"]?.stringValue == GraphLanguageModel.format,
            try number("version") == GraphLanguageModel.version,
            let channel = json["channel"]?.stringValue.flatMap(Channel.init(rawValue:)),
            let copies = json["copies"]?.boolValue
        else {
            throw TaskModelError(.malformed, "\(path): this is no graph language model of a version that is known.")
        }
        self.init()
        (self.channel, self.copies) = (channel, copies)
        (self.encoder.layers, self.graphLayers) = try (number("layers"), number("graph_layers"))
        self.decoderLayers = try number("decoder_layers")
        (self.encoder.width, self.encoder.heads) = try (number("width"), number("heads"))
        self.encoder.feedForward = try number("feed_forward")
        try self.check()
    }
}
