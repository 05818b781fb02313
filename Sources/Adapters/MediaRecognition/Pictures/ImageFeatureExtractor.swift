// SPDX-License-Identifier: Apache-2.0

public import MultimodalInputs

/// Makes a vector of a picture by a convolutional network: what PP-OCR's detector sees at its coarsest, averaged over the
/// picture.
public final class ImageFeatureExtractor: Sendable {
    /// The last stage of the detector's backbone, before what joins its scales.
    private static let tensor = "p2o.pd_op.add.63.0"
    private static let stride = 32

    /// Pixels of the longer side of what the network sees.
    public let side: Int
    private let model: ImageModel

    /// Loads the network.
    ///
    /// - Parameters:
    ///   - models: Where the models are.
    ///   - side: Pixels of the longer side of what it sees, rounded to 32.
    ///   - threads: How many threads compute; 0 leaves it to OpenVINO.
    /// - Throws: An error that says what is missing.
    public init(_ models: OCRModels, side: Int = 320, threads: Int = 1) async throws {
        self.side = max(Self.stride, side / Self.stride * Self.stride)
        self.model = try await ImageModel(models.detector, upTo: Self.tensor, threads: threads)
    }

    /// Computes a picture's vector: 384 numbers, of length 1.
    ///
    /// - Throws: An error of the model.
    public func features(of image: RasterImage) throws -> [Float] {
        let (width, height) = image.size(longSide: self.side, multipleOf: Self.stride, growing: true)
        let output = try self.model.run(
            NormalizedImage(image.scaled(width: width, height: height), width: width, height: height))
        guard output.shape.count == 4, output.shape[2] > 0, output.shape[3] > 0 else { return [] }
        let (channels, area) = (output.shape[1], output.shape[2] * output.shape[3])
        var means = output.withValues { values in
            (0..<channels).map { channel in
                var sum: Float = 0
                for place in channel * area..<(channel + 1) * area { sum += values[place] }
                return sum / Float(area)
            }
        }
        let length = means.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if length > 0 { for index in means.indices { means[index] /= length } }
        return means
    }
}

extension RasterImage {
    /// A size with the same sides' ratio, as nearly as multiples of a number allow.
    ///
    /// - Parameters:
    ///   - side: The longer side's length.
    ///   - step: What both sides are multiples of.
    ///   - grows: Whether a smaller picture is made larger.
    func size(longSide side: Int, multipleOf step: Int, growing grows: Bool) -> (width: Int, height: Int) {
        let ratio = Double(side) / Double(max(self.width, self.height))
        let scale = grows ? ratio : min(1, ratio)
        func rounded(_ length: Int) -> Int { max(1, Int((Double(length) * scale / Double(step)).rounded())) * step }
        return (rounded(self.width), rounded(self.height))
    }
}
