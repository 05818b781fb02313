// SPDX-License-Identifier: Apache-2.0
internal import DifferentiableTensors
internal import LLMCore
internal import TaskModels

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A small model in a folder, one file of which is replaced: the first byte of an input says which, the rest is the file.
struct DamagedModel {
    private let folder: URL
    private let names: [String]
    private let files: [[UInt8]]

    static let intents = Self("intents") { folder in
        var generator = SeededNumbers(seed: 1)
        let pieces = SubwordVocabulary.special + ["a", "b", "ab"]
        try IntentModel(
            Self.settings, turns: 2, labels: ["x", "y"], vocabulary: SubwordVocabulary(pieces: pieces),
            using: &generator
        ).write(to: folder)
    }

    static let graphs = Self("graphs") { folder in
        var generator = SeededNumbers(seed: 1)
        var settings = GraphModelSettings()
        settings.encoder = Self.settings
        (settings.graphLayers, settings.decoderLayers) = (1, 1)
        let pieces = SubwordVocabulary.special + ["a", "b", "ab"]
        try GraphLanguageModel(
            settings, vocabulary: SubwordVocabulary(pieces: pieces, style: .exact),
            names: NameRules(common: ["a"], known: [["Ab"]]), using: &generator
        ).write(to: folder)
    }

    private static var settings: EncoderSettings {
        var settings = EncoderSettings()
        (settings.layers, settings.width, settings.heads, settings.feedForward) = (1, 8, 2, 8)
        return settings
    }

    private init(_ name: String, _ write: (String) throws -> Void) {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "fuzz-\(name)-\(UInt32.random(in: 0 ... .max))")
        self.folder = folder
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try write(folder.path)
            self.names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            self.files = try self.names.map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
        } catch { fatalError("The model cannot be written: \(error)") }
    }

    /// Each file as it is.
    var seeds: [[UInt8]] { self.files.enumerated().map { [UInt8($0.offset)] + $0.element } }

    /// Opens the model with a file replaced.
    func open<Model>(_ bytes: [UInt8], _ open: (String) throws -> Model) -> Model? {
        guard let first = bytes.first else { return nil }
        let index = Int(first) % self.names.count
        let url = self.folder.appending(path: self.names[index])
        do { try Data(bytes.dropFirst()).write(to: url) } catch { fatalError("A file cannot be written: \(error)") }
        defer { try? Data(self.files[index]).write(to: url) }
        return try? open(self.folder.path)
    }
}

extension FuzzTarget {
    /// Opens a model, and lets it work.
    func runModels(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .intentModel:
            guard let model = DamagedModel.intents.open(bytes, { try IntentModel(folder: $0) }) else { return false }
            let found = model.intents(of: [DialogueTurn(.user, "ab a"), DialogueTurn(.user, "b ü")])
            precondition(found.allSatisfy { $0.probability.isFinite }, "a probability is no number")
            return true
        default:
            guard let model = DamagedModel.graphs.open(bytes, { try GraphLanguageModel(folder: $0) }) else {
                return false
            }
            var writing = GraphWriting()
            writing.maxPieces = 8
            _ = try? writing.write(model.pieces(GraphInput(triples: [GraphTriple("Ab", "is", "b")])), by: model)
            return true
        }
    }
}
