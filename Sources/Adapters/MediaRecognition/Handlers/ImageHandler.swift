// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
public import MultimodalInputs
internal import OrderedCollections

/// The handler of pictures: their text with boxes, and a vector.
public struct ImageHandler: InputHandler {
    /// What routing tables know it by.
    public static let kind = InputHandlerKind(
        "read-image", "Reads a picture's text, with boxes, and makes a vector of it.", takes: [.image],
        options: [
            InputHandlerKind.Option("text", .bool, "Whether text is read (usually so)."),
            InputHandlerKind.Option("features", .bool, "Whether a vector of 384 numbers is made (usually not)."),
            InputHandlerKind.Option(
                "side", .integer(64...4_096), "Pixels of the longer side that text is looked for in (960)."),
            InputHandlerKind.Option("models", .text, "The folder of the models."),
            InputHandlerKind.Option(
                "threads", .integer(0...256), "Threads that compute; 0, as usually, leaves it to OpenVINO."),
        ]
    ) { options in
        try await ImageHandler(
            readsText: options["text"]?.boolValue ?? true, makesFeatures: options["features"]?.boolValue ?? false,
            side: options["side"]?.integerValue ?? 960, models: options["models"]?.stringValue,
            threads: options["threads"]?.integerValue ?? 0)
    }

    private let reader: TextReader?
    private let extractor: ImageFeatureExtractor?
    private let decoder = ImageDecoder()
    private let worker = MediaWorker()

    /// Loads what is needed.
    ///
    /// - Parameters:
    ///   - readsText: Whether text is read.
    ///   - makesFeatures: Whether a vector is made.
    ///   - side: Pixels of the longer side that text is looked for in.
    ///   - models: The folder of the models; nil for the usual one.
    ///   - threads: Threads that compute; 0 leaves it to OpenVINO.
    /// - Throws: An error that says what is missing.
    public init(
        readsText: Bool = true, makesFeatures: Bool = false, side: Int = 960, models: String? = nil, threads: Int = 0
    ) async throws {
        let models = try OCRModels(folder: models)
        self.reader = readsText ? try await TextReader(models, side: side, threads: threads) : nil
        self.extractor = makesFeatures ? try await ImageFeatureExtractor(models, threads: threads) : nil
    }

    /// Looks at a picture.
    ///
    /// - Throws: ``MultimodalError`` that says what is wrong with the picture, or `.unsuitable` for what is none.
    public func handle(_ event: InputEvent) async throws -> InputFindings {
        guard event.modality == .image, case .encoded(let bytes, _) = event.payload else {
            throw MultimodalError(.unsuitable, "The event of '\(event.source)' is no picture.")
        }
        return try await self.worker.run { try self.findings(in: bytes) }
    }

    private func findings(in bytes: [UInt8]) throws -> InputFindings {
        let image = try self.decoder.decode(bytes)
        var findings = InputFindings(details: ["width": .integer(image.width), "height": .integer(image.height)])
        if let reader {
            let lines = try reader.lines(in: image)
            findings.text = reader.text(of: lines)
            findings.details["lines"] = .array(lines.map(\.json))
        }
        if let extractor { findings.vector = try extractor.features(of: image) }
        return findings
    }
}

extension TextReader.Line {
    /// The line with its box.
    var json: JSONValue {
        [
            "text": .string(self.text), "confidence": .number((self.confidence * 10_000).rounded() / 10_000),
            "box": .array(self.box.map { .array($0.map { .number(($0 * 10).rounded() / 10) }) }),
        ]
    }
}
