// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
internal import MultimodalInputs
internal import OpenVINOModels

/// Where the models of PP-OCR are, which read pictures.
public struct OCRModels: Sendable, Hashable {
    /// The variable of the environment that names the folder.
    public static let variable = "AUTOGLM_OCR"

    /// The folder.
    public let folder: String

    /// Names the folder.
    ///
    /// - Parameter folder: A folder; nil for what the environment says, else the user's cache folder.
    /// - Throws: ``MultimodalError`` with code `.notInstalled` where the models are not there.
    public init(folder: String? = nil) throws {
        let environment = ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let cache = value("XDG_CACHE_HOME") ?? value("HOME").map { "\($0)/.cache" } ?? ""
        self.folder = folder ?? value(Self.variable) ?? "\(cache)/autoglm/models/ppocr"
        for file in [self.detector, self.recogniser, self.classifier]
        where !FileManager.default.fileExists(atPath: file) {
            throw MultimodalError(
                .notInstalled,
                "Pictures are read by models that are not there ('\(file)'). Fetch them with scripts/fetch-model.sh ocr, or name their folder in \(Self.variable)."
            )
        }
    }

    /// What finds lines of text.
    var detector: String { "\(self.folder)/detector.onnx" }
    /// What reads a line.
    var recogniser: String { "\(self.folder)/recogniser.onnx" }
    /// What tells lines that are upside down.
    var classifier: String { "\(self.folder)/classifier.onnx" }
}
