// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import MediaDecoding
internal import MediaRecognition
internal import MultimodalInputs

/// `autoglm inputs read`: what is in files.
struct InputsReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Read files: the text of pictures, the words of recordings, what texts name.",
        discussion: """
            Example:
              autoglm inputs read page.png speech.wav

            JPEG and PNG pictures, WAV and FLAC recordings and texts in UTF-8 are told by their bytes. Pictures are read by \
            models that scripts/fetch-model.sh ocr fetches, speech (in English) by PocketSphinx from Debian. With \
            --output json each file's findings come as one JSON object in a line. A file that cannot be read is told ("error"), the \
            others are read all the same, and the exit status is 1.
            """)

    @Flag(help: "Make a vector of each picture as well.")
    var features = false

    @OptionGroup var output: OutputOptions

    @Argument(help: "The files.")
    var files: [String]

    func run() async throws {
        var handlers: [InputModality: any InputHandler] = [:]
        var hasFailed = false
        for file in self.files {
            do {
                let input = try await self.read(file, &handlers)
                switch self.output.format {
                case .json: try Console.json(input.json)
                case .text: try Console.write(InputLines.text(input))
                }
            } catch let error as MultimodalError where error.code != .notInstalled {
                hasFailed = true
                switch self.output.format {
                case .json: try Console.json(InputLines.failure(of: "file", file, error))
                case .text: Console.note("\(file): \(error.message)")
                }
            }
        }
        if hasFailed { throw ExitCode(ExitStatus.failure) }
    }

    private func read(_ file: String, _ handlers: inout [InputModality: any InputHandler]) async throws -> HandledInput
    {
        let event = try MediaFile(file).event()
        let handler: any InputHandler
        if let known = handlers[event.modality] { handler = known } else { handler = try await self.handler(event) }
        handlers[event.modality] = handler
        let start = ContinuousClock.now
        let findings = try await handler.handle(event)
        return HandledInput(event, route: "read", findings: findings, duration: ContinuousClock.now - start)
    }

    private func handler(_ event: InputEvent) async throws -> any InputHandler {
        switch event.modality {
        case .text: TextHandler()
        case .image: try await ImageHandler(makesFeatures: self.features)
        case .audio: try AudioHandler()
        }
    }
}
