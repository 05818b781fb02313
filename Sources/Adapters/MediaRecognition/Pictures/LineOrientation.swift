// SPDX-License-Identifier: Apache-2.0

internal import MultimodalInputs

/// Tells lines of text that are upside down by PP-OCR's classifier.
final class LineOrientation: Sendable {
    private static let (width, height) = (192, 48)
    private static let threshold: Float = 0.9
    private let model: ImageModel

    /// Loads the network.
    init(_ models: OCRModels, threads: Int) async throws {
        self.model = try await ImageModel(models.classifier, threads: threads)
    }

    /// The line the right way up.
    func upright(_ line: RasterImage) throws -> RasterImage {
        let natural = Int((Double(line.width) * Double(Self.height) / Double(line.height)).rounded(.up))
        let scaled = line.scaled(width: min(Self.width, max(1, natural)), height: Self.height)
        let output = try self.model.run(NormalizedImage(scaled, width: Self.width, height: Self.height))
        let isTurned = output.withValues { $0.count == 2 && $0[1] > Self.threshold }
        return isTurned ? line.upright(from: .upsideDown) : line
    }
}
