// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench multimodal`: how quick and how right the reading of pictures and recordings is.
struct BenchMultimodalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "multimodal",
        abstract: "Measure the queue of inputs, and the reading of pictures and recordings.",
        discussion: """
            Example:
              autoglm bench multimodal --data media --frames frames --audio speech.wav --output json

            The measures:
              queue_rate     events a second through the queue, out of order within the watermark
              image_fps      frames of --frames a second: decoded and made a vector each, on as many threads as
                             routes have that do not say; image_fps_1: on one
              mfcc_realtime  seconds of --audio whose MFCC are computed in a second, on one thread
              ocr_cer        characters of the Latin and Chinese pictures of --data that are read wrongly, in percent
              asr_rtf        time that recognising the speech of --data takes over its length
              asr_wer        words of it that are heard wrongly, in percent
            """)

    @Option(help: "A folder of frames, JPEG or PNG.")
    var frames: String?

    @Option(
        help:
            "A folder with manifest.jsonl: a line for each file with file, kind (ocr or speech), language, text or transcript."
    )
    var data: String?

    @Option(help: "A recording of 16,000 samples a second.")
    var audio: String?

    @Option(parsing: .unconditional, help: "Runs of each measure.")
    var runs = 3

    @OptionGroup var output: OutputOptions

    func validate() throws { try BenchEngineCommand.check(["--runs": self.runs]) }

    func run() async throws {
        let rows = try await MultimodalBenchmark(frames: self.frames, data: self.data, audio: self.audio)
            .rows(runs: self.runs)
        switch self.output.format {
        case .json:
            try Console.json([
                "bench": "multimodal", "machine": Machine().json(threads: Machine().processors),
                "rows": .array(rows.map(\.json)),
            ])
        case .text: for row in rows { try Console.line(row.line) }
        }
    }
}
