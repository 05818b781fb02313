// SPDX-License-Identifier: Apache-2.0

internal import MultimodalInputs

/// A picture as PP-OCR's models take it: blue, green and red apart, from -1 to 1.
struct NormalizedImage {
    let width: Int
    let height: Int
    /// The numbers in single precision, as they lie in memory.
    let bytes: [UInt8]

    /// Takes a picture into the upper left of one that is at least as large; the rest is grey.
    init(_ image: RasterImage, width: Int, height: Int) {
        self.width = width
        self.height = height
        let area = width * height
        self.bytes = [UInt8](unsafeUninitializedCapacity: 12 * area) { buffer, count in
            let values = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: Float.self)
            values.initialize(repeating: 0)
            let columns = min(width, image.width)
            image.pixels.withUnsafeBufferPointer { pixels in
                for y in 0..<min(height, image.height) {
                    let source = 3 * y * image.width
                    for channel in 0..<3 {
                        let target = (2 - channel) * area + y * width
                        for x in 0..<columns {
                            values[target + x] = Float(pixels[source + 3 * x + channel]) * (1 / 127.5) - 1
                        }
                    }
                }
            }
            count = 12 * area
        }
    }
}
