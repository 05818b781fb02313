// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
public import MultimodalInputs
internal import OrderedCollections

/// The handler of recordings: what is said in them with times, and their mel features.
public struct AudioHandler: InputHandler {
    /// What routing tables know it by.
    public static let kind = InputHandlerKind(
        "read-audio", "Writes down what is said in a recording (in English), and makes MFCC or log-mel spectra of it.",
        takes: [.audio],
        options: [
            InputHandlerKind.Option("transcript", .bool, "Whether speech is written down (usually so)."),
            InputHandlerKind.Option(
                "features", .choice(["none", "mfcc", "log-mel"]),
                "What the vector is of: mean and deviation of it (mfcc)."),
            InputHandlerKind.Option("frames", .bool, "Whether all frames are listed (usually not)."),
            InputHandlerKind.Option("model", .text, "The folder of the model of speech."),
        ]
    ) { options in
        try AudioHandler(
            writesTranscript: options["transcript"]?.boolValue ?? true,
            features: options["features"]?.stringValue.flatMap(Features.init) ?? .mfcc,
            listsFrames: options["frames"]?.boolValue ?? false, model: options["model"]?.stringValue)
    }

    /// What features are made.
    public enum Features: String, Sendable, CaseIterable {
        /// None.
        case none
        /// Mel-frequency cepstral coefficients.
        case mfcc
        /// The mel spectrum in decibels.
        case logMel = "log-mel"
    }

    private let recognizer: SpeechRecognizer?
    private let features: Features
    private let listsFrames: Bool
    private let converter: SpectralConverter
    private let decoder = AudioDecoder()
    private let worker = MediaWorker()

    /// Loads what is needed.
    ///
    /// - Parameters:
    ///   - writesTranscript: Whether speech is written down.
    ///   - features: What features are made.
    ///   - listsFrames: Whether all frames are listed.
    ///   - model: The folder of the model of speech; nil for the usual one.
    /// - Throws: An error that says what is missing.
    public init(
        writesTranscript: Bool = true, features: Features = .mfcc, listsFrames: Bool = false, model: String? = nil
    ) throws {
        self.recognizer = writesTranscript ? try SpeechRecognizer(model: model) : nil
        self.features = features
        self.listsFrames = listsFrames
        self.converter = try SpectralConverter()
    }

    /// Listens to a recording.
    ///
    /// - Throws: ``MultimodalError`` that says what is wrong with the recording, or `.unsuitable` for what is none.
    public func handle(_ event: InputEvent) async throws -> InputFindings {
        guard event.modality == .audio else {
            throw MultimodalError(.unsuitable, "The event of '\(event.source)' is no recording.")
        }
        return try await self.worker.run {
            switch event.payload {
            case .encoded(let bytes, _): try self.findings(in: self.decoder.decode(bytes))
            case .samples(let audio): try self.findings(in: audio)
            case .text: throw MultimodalError(.unsuitable, "The event of '\(event.source)' is no recording.")
            }
        }
    }

    private func findings(in audio: AudioSamples) throws -> InputFindings {
        var findings = InputFindings(details: [
            "seconds": .number((audio.seconds * 1_000).rounded() / 1_000), "rate": .integer(audio.rate),
        ])
        let audio = try Resampler(from: audio.rate, to: SpeechRecognizer.rate).convert(audio)
        if let recognizer {
            let words = try recognizer.words(in: audio)
            findings.text = words.map(\.text).joined(separator: " ")
            findings.details["words"] = .array(words.map(\.json))
        }
        let features: SpectralFeatures? =
            switch self.features {
            case .none: nil
            case .mfcc: try self.converter.mfcc(audio)
            case .logMel: try self.converter.logMel(audio)
            }
        guard let features else { return findings }
        findings.vector = features.summary
        findings.details["frames"] = .integer(features.frames)
        if self.listsFrames {
            findings.details[self.features.rawValue] = .array(
                (0..<features.frames).map { .array(features[$0].map { .number(Double($0)) }) })
        }
        return findings
    }
}

extension SpeechRecognizer.Word {
    /// The word with its times.
    var json: JSONValue {
        [
            "text": .string(self.text), "start": .number(self.start), "end": .number(self.end),
            "probability": .number((self.probability * 10_000).rounded() / 10_000),
        ]
    }
}
