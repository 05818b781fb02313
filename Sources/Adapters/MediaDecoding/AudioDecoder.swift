// SPDX-License-Identifier: Apache-2.0

internal import CMediaLibraries
internal import LLMCore
public import MultimodalInputs

/// Decodes WAV and FLAC by libsndfile, within limits; channels are mixed into one.
public struct AudioDecoder: Sendable {
    private static let block = 65_536

    /// How long recordings may be.
    public var limits: MediaLimits

    /// Makes a decoder.
    public init(limits: MediaLimits = MediaLimits()) { self.limits = limits }

    /// Decodes a recording.
    ///
    /// - Throws: ``MultimodalError`` with code `.unknownFormat`, `.tooLarge` or `.damaged` for the recording,
    ///   `.notInstalled` where the library is missing; `CancellationError`.
    public func decode(_ bytes: [UInt8]) throws -> AudioSamples {
        guard !bytes.isEmpty else { throw MultimodalError(.damaged, "The recording is empty: it has no bytes.") }
        guard bytes.count <= self.limits.bytes else {
            throw MultimodalError(
                .tooLarge, "The recording has \(bytes.count) bytes; at most \(self.limits.bytes) are taken.")
        }
        guard let header = AudioHeader(bytes) else {
            throw MultimodalError(.unknownFormat, "The bytes are neither a WAV nor a FLAC recording.")
        }
        var bytes = bytes
        if case .wave(let missing, let unsetLength) = header {
            guard missing == 0 else {
                throw MultimodalError(
                    .damaged, "The recording is cut off: \(missing) bytes are missing. Make or send it again.")
            }
            // The library reads to the end where the largest length is declared.
            if let unsetLength {
                bytes.replaceSubrange(unsetLength, with: repeatElement(0xFF, count: unsetLength.count))
            }
        }
        let library = try MediaLibrary.sndfile.get().pointer
        return try bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { throw MultimodalError(.damaged, "The recording is empty.") }
            var (format, reason) = (cml_format(), cml_reason())
            guard let sound = cml_sound_open(library, base, bytes.count, &format, &reason) else {
                throw self.damaged(reason)
            }
            defer { cml_sound_close(sound) }
            try self.check(format)
            let samples = try self.samples(sound, format)
            // A FLAC file says in advance how many there are, if its writer knew; of one that is cut off there are fewer.
            if case .flac = header, format.frames < .max, samples.count < format.frames {
                throw MultimodalError(
                    .damaged,
                    "The recording is cut off: it has \(samples.count) of \(format.frames) samples. Make or send it again."
                )
            }
            guard !samples.isEmpty else {
                throw MultimodalError(.damaged, "The recording is empty: it has no samples. Make or send it again.")
            }
            return try AudioSamples(samples, rate: Int(format.rate))
        }
    }

    private func check(_ format: cml_format) throws {
        guard (1...self.limits.channels).contains(Int(format.channels)) else {
            throw MultimodalError(
                .tooLarge, "The recording has \(format.channels) channels; 1 to \(self.limits.channels) are taken.")
        }
        guard (1_000...768_000).contains(Int(format.rate)) else {
            throw MultimodalError(
                .damaged, "The recording says that it has \(format.rate) samples a second; 1,000 to 768,000 are taken.")
        }
    }

    private func samples(_ sound: OpaquePointer, _ format: cml_format) throws -> [Float] {
        let channels = Int(format.channels)
        let most = min(Int((self.limits.seconds * Double(format.rate)).rounded(.up)), self.limits.samples)
        if format.frames < .max, format.frames > most { throw self.tooLong }
        let start = ContinuousClock.now
        var samples: [Float] = []
        var block = [Float](repeating: 0, count: Self.block / channels * channels)
        while true {
            try Task.checkCancellation()
            let frames = Int(cml_sound_read(sound, &block, Int64(block.count / channels)))
            guard frames > 0 else { break }
            guard samples.count + frames <= most else { throw self.tooLong }
            guard ContinuousClock.now - start <= self.limits.time else {
                throw MultimodalError(.tooLarge, "Decoding the recording takes longer than \(self.limits.time).")
            }
            Self.mix(block, frames, channels, into: &samples)
        }
        var reason = cml_reason()
        if cml_sound_failed(sound, &reason) != 0 { throw self.damaged(reason) }
        return samples
    }

    /// Adds the mean of the channels; what is no number, as floating-point files may have, is silence.
    private static func mix(_ block: [Float], _ frames: Int, _ channels: Int, into samples: inout [Float]) {
        for frame in 0..<frames {
            var sum: Float = 0
            for channel in 0..<channels { sum += block[frame * channels + channel] }
            let mean = sum / Float(channels)
            samples.append(mean.isFinite ? max(-8, min(8, mean)) : 0)
        }
    }

    private var tooLong: MultimodalError {
        MultimodalError(
            .tooLarge,
            "The recording is longer than \(self.limits.seconds) seconds, or has more than \(self.limits.samples) samples a channel; cut it into pieces."
        )
    }

    private func damaged(_ reason: cml_reason) -> MultimodalError {
        MultimodalError(.damaged, "The recording is damaged: \(reason.message) Make or send it again.")
    }
}
