// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A picture of three bytes a pixel: red, green, blue.
public struct RasterImage: Sendable, Hashable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// The bytes, row by row from the top.
    public var pixels: [UInt8]

    /// Makes a picture.
    ///
    /// - Throws: ``MultimodalError`` with code `.invalidSetting` where the bytes are not as many as the size needs.
    public init(width: Int, height: Int, pixels: [UInt8]) throws {
        let (area, isOver) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !isOver, area <= Int.max / 3, pixels.count == 3 * area else {
            throw MultimodalError(
                .invalidSetting, "\(pixels.count) bytes are no picture of \(width)×\(height) pixels of three bytes.")
        }
        self.init(unchecked: width, height, pixels)
    }

    /// A picture whose bytes are as many as its size needs.
    init(unchecked width: Int, _ height: Int, _ pixels: [UInt8]) {
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }
}
