// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MultimodalInputs
internal import OpenVINOModels

/// Reads a level line of text by PP-OCR's recogniser and its own list of characters.
final class LineRecognizer: Sendable {
    private static let height = 48
    private static let leastWidth = 320
    private static let mostWidth = 3_200
    /// Widths are multiples of this, so that few shapes are computed again and again.
    private static let widthStep = 160

    private let model: ImageModel
    /// What each number stands for; the first one is no character.
    private let characters: [String]

    /// Loads the network.
    ///
    /// - Throws: ``MultimodalError`` with code `.failed` where the file has no list of characters.
    init(_ models: OCRModels, threads: Int) async throws {
        guard let list = try ONNXFile(path: models.recogniser).metadata["character"] else {
            throw MultimodalError(.failed, "The model '\(models.recogniser)' has no list of characters.")
        }
        let lines = list.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        self.characters = [""] + lines.map { String(Substring($0)) } + [" "]
        self.model = try await ImageModel(models.recogniser, threads: threads)
    }

    /// Reads a line.
    ///
    /// - Returns: The text, and how sure it is, from 0 to 1.
    func read(_ line: RasterImage) throws -> (text: String, confidence: Double) {
        let natural = (Double(line.width) * Double(Self.height) / Double(line.height)).rounded(.up)
        let width = min(Self.mostWidth, max(1, Int(natural)))
        let room = max(Self.leastWidth, (width + Self.widthStep - 1) / Self.widthStep * Self.widthStep)
        let output = try self.model.run(
            NormalizedImage(line.scaled(width: width, height: Self.height), width: room, height: Self.height))
        guard output.shape.count == 3, output.shape[2] == self.characters.count else {
            throw MultimodalError(
                .failed,
                "The recogniser gave \(output.shape), which do not fit its \(self.characters.count) characters.")
        }
        return output.withValues { self.decode($0, steps: output.shape[1]) }
    }

    /// What is likeliest at each step, without repetitions and blanks.
    ///
    /// After A. Graves et al.: Connectionist Temporal Classification, ICML 2006.
    private func decode(_ values: UnsafeBufferPointer<Float>, steps: Int) -> (text: String, confidence: Double) {
        var (text, sum, count, last) = ("", 0.0, 0, 0)
        let classes = self.characters.count
        for step in 0..<steps {
            var (best, highest) = (0, -Float.infinity)
            for index in 0..<classes where values[step * classes + index] > highest {
                (best, highest) = (index, values[step * classes + index])
            }
            if best != 0, best != last {
                text += self.characters[best]
                sum += Double(highest)
                count += 1
            }
            last = best
        }
        return (text, count == 0 ? 0 : sum / Double(count))
    }
}
