// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

extension IntentModel {
    private static let format = "autoglm-intent", version = 1
    private static let configuration = "config.json", pieces = "vocabulary.json", weights = "model.safetensors"
    private static let known = "known-pairs.bin"

    /// Writes the model's files into a folder that there is.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package func write(to folder: String) throws {
        let pieces = JSONValue.array(self.vocabulary.pieces.map { .string($0) })
        try ReplacingFile.replace("\(folder)/\(Self.pieces)", with: pieces.serialized())
        try WeightFile.write(self.encoder.weights.map { ($0, $1) }, [], to: "\(folder)/\(Self.weights)")
        var known = try ReplacingFile(path: "\(folder)/\(Self.known)")
        try self.known.filter.map(\.littleEndian).withUnsafeBytes { try known.append($0) }
        try known.finish()
        // Last, so that there is no model before all of it is there.
        try ReplacingFile.replace("\(folder)/\(Self.configuration)", with: self.configuration.serialized() + "\n")
    }

    private static func known(_ folder: String, words count: Int) throws -> KnownPairs {
        let storage = try ByteStorage(mapping: "\(folder)/\(Self.known)")
        let bytes = storage.bytes
        guard (0...KnownPairs.mostWords).contains(count), bytes.count == 8 * count,
            let known = KnownPairs(
                filter: (0..<count).map {
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
                })
        else {
            throw TaskModelError(
                .malformed,
                "\(folder)/\(Self.known): 'known_pairs' of \(Self.configuration) says that there are \(count) words of 64 bits, a power of two."
            )
        }
        return known
    }

    private var configuration: JSONValue {
        .object([
            "format": .string(Self.format), "version": .integer(Self.version),
            "layers": .integer(self.settings.layers), "width": .integer(self.settings.width),
            "heads": .integer(self.settings.heads), "feed_forward": .integer(self.settings.feedForward),
            "turns": .integer(self.turns), "ngrams": .integer(self.ngrams),
            "temperature": .number(Double(self.temperature.known)),
            "novelty_slope": .number(Double(self.temperature.slope)),
            "known_pairs": .integer(self.known.filter.count),
            "out_of_scope": self.rejection.label.map { .string($0) } ?? .null,
            "threshold": .number(self.rejection.threshold),
            "labels": .array(self.labels.map { .string($0) }),
        ])
    }

    /// Reads a model.
    ///
    /// - Parameter folder: Where ``write(to:)`` has written it.
    /// - Throws: ``TaskModelError`` with code `.malformed`, or ``ModelFileError``; the message names the file.
    package init(folder: String) throws {
        let json = try JSONFile.read("\(folder)/\(Self.configuration)")
        let pieces = try JSONFile.texts(JSONFile.read("\(folder)/\(Self.pieces)"), "\(folder)/\(Self.pieces)")
        func failure(_ what: String) -> TaskModelError {
            TaskModelError(.malformed, "\(folder)/\(Self.configuration): \(what).")
        }
        func number(_ key: String) throws -> Int {
            guard let number = json[key]?.integerValue else { throw failure("'\(key)' is no whole number") }
            return number
        }
        guard json["format"]?.stringValue == Self.format, try number("version") == Self.version else {
            throw failure("this is no intent model of a version that is known")
        }
        // Models without n-grams do not say so.
        let ngrams = json["ngrams"] == nil ? 0 : try number("ngrams")
        var settings = EncoderSettings()
        (settings.layers, settings.width) = try (number("layers"), number("width"))
        (settings.heads, settings.feedForward) = try (number("heads"), number("feed_forward"))
        guard let labels = json["labels"]?.arrayValue?.compactMap(\.stringValue),
            let temperature = json["temperature"]?.numberValue.map(Float.init),
            case let slope = Float(json["novelty_slope"]?.numberValue ?? 0),
            LogitTemperature.knownRange.contains(temperature), LogitTemperature.slopeRange.contains(slope)
        else {
            throw failure("'labels', a 'temperature' from 0.01 to 100 and a 'novelty_slope' from 0 to 10 are needed")
        }
        let weights = try WeightFile(path: "\(folder)/\(Self.weights)")
        try settings.check()
        // Before memory is asked for that the files do not fill.
        let needed = try settings.weightCount(
            vocabulary: pieces.count, turns: number("turns"), classes: labels.count, ngrams: ngrams)
        guard needed == weights.count else {
            throw failure("the model has \(needed) weights, and \(Self.weights) \(weights.count)")
        }
        var generator = SeededNumbers(seed: 0)
        try self.init(
            settings, turns: number("turns"), labels: labels, vocabulary: SubwordVocabulary(pieces: pieces),
            ngrams: ngrams, using: &generator)
        self.temperature = LogitTemperature(known: temperature, slope: slope)
        // Models that do not say so were written without.
        let known = json["known_pairs"] == nil ? 0 : try number("known_pairs")
        if known != 0 { self.known = try Self.known(folder, words: known) }
        let (other, threshold) = (json["out_of_scope"]?.stringValue, json["threshold"]?.numberValue ?? 0)
        guard other.map({ labels.contains($0) }) ?? true, (0...1).contains(threshold) else {
            throw failure("'out_of_scope' must be one of the labels, and 'threshold' from 0 to 1")
        }
        self.rejection = Rejection(label: other, threshold: threshold)
        try weights.read(into: &self.encoder, prefix: "")
    }
}
