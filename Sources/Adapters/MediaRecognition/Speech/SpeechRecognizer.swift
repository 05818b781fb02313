// SPDX-License-Identifier: Apache-2.0

internal import CMediaLibraries
internal import Foundation
internal import LLMCore
internal import MediaDecoding
public import MultimodalInputs
internal import Synchronization

/// Writes down what is said in English, by PocketSphinx and its model.
public final class SpeechRecognizer: Sendable {
    /// A word and when it was said.
    public struct Word: Sendable, Hashable {
        /// The word in small letters.
        public var text: String
        /// When it begins, in seconds from the beginning of the recording.
        public var start: Double
        /// When it ends.
        public var end: Double
        /// How likely it is among what else it may have been, from 0 to 1.
        public var probability: Double
    }

    /// Samples a second that the model takes.
    public static let rate = 16_000
    /// The variable of the environment that names the model's folder.
    public static let variable = "AUTOGLM_SPEECH_MODEL"

    private static let installed = "/usr/share/pocketsphinx/model/en-us"
    private static let framesPerSecond = 100.0
    /// Samples of an utterance, so that its search does not grow without end.
    private static let utterance = 30 * rate

    private let library: MediaLibrary.Functions
    private let decoder: Mutex<Decoder>

    /// Loads PocketSphinx and its model.
    ///
    /// - Parameter folder: The model's folder; nil for what the environment says, else where Debian has it.
    /// - Throws: ``MultimodalError`` with code `.notInstalled`.
    public init(model folder: String? = nil) throws {
        let named = ProcessInfo.processInfo.environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        let folder = folder ?? named ?? Self.installed
        let files = ["\(folder)/en-us", "\(folder)/en-us.lm.bin", "\(folder)/cmudict-en-us.dict"]
        for file in files where !FileManager.default.fileExists(atPath: file) {
            throw MultimodalError(
                .notInstalled,
                "Speech needs a model that is not there ('\(file)'). On Debian: apt-get install pocketsphinx-en-us, or name its folder in \(Self.variable)."
            )
        }
        let library = try MediaLibrary.speech.get()
        let pointer = files[0].withCString { acoustic in
            files[1].withCString { language in
                files[2].withCString { dictionary in
                    cml_decoder_make(
                        library.pointer,
                        cml_speech_model(acoustic: acoustic, language: language, dictionary: dictionary))
                }
            }
        }
        guard let pointer else {
            throw MultimodalError(.failed, "PocketSphinx cannot read the model in '\(folder)'; install it again.")
        }
        self.library = library
        self.decoder = Mutex(Decoder(pointer: pointer))
    }

    deinit { self.decoder.withLock { cml_decoder_free(self.library.pointer, $0.pointer) } }

    /// Writes a recording down, on this thread.
    ///
    /// - Parameter audio: A recording of 16,000 samples a second.
    /// - Throws: ``MultimodalError`` with code `.unsuitable` for another rate, `.failed` where PocketSphinx fails;
    ///   `CancellationError`.
    public func words(in audio: AudioSamples) throws -> [Word] {
        guard audio.rate == Self.rate else {
            throw MultimodalError(
                .unsuitable, "Speech is recognised at \(Self.rate) samples a second, not at \(audio.rate): resample it."
            )
        }
        let samples = audio.samples.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
        var words: [Word] = []
        for start in stride(from: 0, to: samples.count, by: Self.utterance) {
            try Task.checkCancellation()
            let part = Array(samples[start..<min(start + Self.utterance, samples.count)])
            let offset = Double(start) / Double(Self.rate)
            words += try self.decoder.withLock { try self.decode(part, $0.pointer) }.map {
                Word(text: $0.text, start: $0.start + offset, end: $0.end + offset, probability: $0.probability)
            }
        }
        return words
    }

    private func decode(_ samples: [Int16], _ decoder: OpaquePointer) throws -> [Word] {
        let library = self.library.pointer
        guard cml_decoder_start(library, decoder) == 0 else {
            throw MultimodalError(.failed, "PocketSphinx does not begin an utterance.")
        }
        let status = cml_decoder_process(library, decoder, samples, samples.count, 1)
        guard cml_decoder_end(library, decoder) == 0, status >= 0 else {
            throw MultimodalError(.failed, "PocketSphinx cannot recognise the recording.")
        }
        let heard = Heard()
        cml_decoder_words(library, decoder, Unmanaged.passUnretained(heard).toOpaque()) { context, word in
            guard let context, let text = word.text else { return }
            Unmanaged<Heard>.fromOpaque(context).takeUnretainedValue().add(String(cString: text), word)
        }
        return heard.words
    }

    private struct Decoder: @unchecked Sendable {  // Only used under the lock that holds it.
        let pointer: OpaquePointer
    }

    /// The words of an utterance, without silences, noises and marks of pronunciations.
    private final class Heard {
        var words: [Word] = []

        func add(_ text: String, _ word: cml_word) {
            guard !text.hasPrefix("<"), !text.hasPrefix("["), !text.hasPrefix("++") else { return }
            self.words.append(
                Word(
                    text: String(text.prefix { $0 != "(" }), start: Double(word.first_frame) / framesPerSecond,
                    end: Double(word.last_frame + 1) / framesPerSecond, probability: word.probability))
        }
    }
}
