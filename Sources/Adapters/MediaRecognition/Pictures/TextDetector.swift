// SPDX-License-Identifier: Apache-2.0

internal import MultimodalInputs

/// Finds lines of text in pictures by PP-OCR's detector.
final class TextDetector: Sendable {
    private static let stride = 32
    private let side: Int
    private let model: ImageModel

    /// Loads the network; pictures whose longer side has more pixels than `side` are made smaller.
    init(_ models: OCRModels, side: Int, threads: Int) async throws {
        self.side = side
        self.model = try await ImageModel(models.detector, threads: threads)
    }

    /// The lines of a picture, in its pixels.
    func regions(in image: RasterImage) throws -> [TextRegion] {
        let (width, height) = image.size(longSide: self.side, multipleOf: Self.stride, growing: false)
        let scaled = image.scaled(width: width, height: height)
        let map = try TextMap(self.model.run(NormalizedImage(scaled, width: width, height: height)))
        let (x, y) = (Double(image.width) / Double(width), Double(image.height) / Double(height))
        return map.regions().compactMap { region in
            let corners = region.corners.map { TextRegion.Point(x: ($0.x + 0.5) * x, y: ($0.y + 0.5) * y) }
            var region = region
            let score = region.score
            guard let scaled = TextRegion(around: corners) else { return nil }
            region = scaled
            region.score = score
            return region
        }
    }
}
