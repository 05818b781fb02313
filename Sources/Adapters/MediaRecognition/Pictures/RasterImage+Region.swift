// SPDX-License-Identifier: Apache-2.0

internal import MultimodalInputs

extension RasterImage {
    /// How much higher than wide an upright column of text is.
    private static let columnRatio = 1.5

    /// What is inside a rectangle, made level; a column of text is laid on its left side.
    func cut(_ region: TextRegion) throws -> RasterImage {
        let width = max(1, Int((2 * region.halfWidth).rounded()))
        let height = max(1, Int((2 * region.halfHeight).rounded()))
        let isColumn = Double(height) >= Self.columnRatio * Double(width)
        let (columns, rows) = isColumn ? (height, width) : (width, height)
        var pixels = [UInt8](repeating: 0, count: 3 * columns * rows)
        for y in 0..<rows {
            for x in 0..<columns {
                let (along, below) = isColumn ? (width - 1 - y, x) : (x, y)
                let place = region.place(
                    Double(along) + 0.5 - region.halfWidth, Double(below) + 0.5 - region.halfHeight)
                let colour = self.colour(place.x - 0.5, place.y - 0.5)
                let target = 3 * (y * columns + x)
                for channel in 0..<3 { pixels[target + channel] = UInt8(colour[channel] + 0.5) }
            }
        }
        return try RasterImage(width: columns, height: rows, pixels: pixels)
    }

    /// The colour between pixels; beyond the edge it is that of the edge.
    private func colour(_ x: Double, _ y: Double) -> SIMD4<Float> {
        let (x, y) = (min(max(0, x), Double(self.width - 1)), min(max(0, y), Double(self.height - 1)))
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, self.width - 1), min(top + 1, self.height - 1))
        let (a, b) = (Float(x - Double(left)), Float(y - Double(top)))
        let upper = self.pixel(left, top) * (1 - a) + self.pixel(right, top) * a
        let lower = self.pixel(left, bottom) * (1 - a) + self.pixel(right, bottom) * a
        return upper * (1 - b) + lower * b
    }

    private func pixel(_ x: Int, _ y: Int) -> SIMD4<Float> {
        let place = 3 * (y * self.width + x)
        return SIMD4(Float(self.pixels[place]), Float(self.pixels[place + 1]), Float(self.pixels[place + 2]), 0)
    }

    /// The picture with a margin of its edge's mean colour, so that lines do not touch the edge.
    func padded(horizontally x: Int, vertically y: Int) throws -> RasterImage {
        var (sum, count) = (SIMD4<Float>.zero, Float(0))
        for column in 0..<self.width {
            for row in [0, self.height - 1] { (sum, count) = (sum + self.pixel(column, row), count + 1) }
        }
        for row in 0..<self.height {
            for column in [0, self.width - 1] { (sum, count) = (sum + self.pixel(column, row), count + 1) }
        }
        let mean = sum / count
        let ground = (0..<3).map { UInt8(mean[$0]) }
        let (width, height) = (self.width + 2 * x, self.height + 2 * y)
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        for place in 0..<width * height { for channel in 0..<3 { pixels[3 * place + channel] = ground[channel] } }
        for row in 0..<self.height {
            let target = 3 * ((row + y) * width + x)
            let source = 3 * row * self.width
            pixels.replaceSubrange(
                target..<target + 3 * self.width, with: self.pixels[source..<source + 3 * self.width])
        }
        return try RasterImage(width: width, height: height, pixels: pixels)
    }
}
