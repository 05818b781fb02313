// SPDX-License-Identifier: Apache-2.0

/// How a camera held a picture, by Exif's numbers for it.
public enum ImageOrientation: Int, Sendable, CaseIterable {
    /// As it is.
    case upright = 1
    /// Left and right are swapped.
    case mirrored
    /// Upside down.
    case upsideDown
    /// Top and bottom are swapped.
    case flipped
    /// Rows are columns.
    case transposed
    /// To be turned right by a quarter.
    case turnedLeft
    /// Rows are columns, from the other corner.
    case transversed
    /// To be turned left by a quarter.
    case turnedRight
}

extension RasterImage {
    /// The picture as it is to be looked at.
    ///
    /// - Parameter orientation: How it was held.
    public func upright(from orientation: ImageOrientation) -> RasterImage {
        let (w, h) = (self.width, self.height)
        // Where each pixel of the result is found.
        return switch orientation {
        case .upright: self
        case .mirrored: self.moved(w, h) { (w - 1 - $0, $1) }
        case .upsideDown: self.moved(w, h) { (w - 1 - $0, h - 1 - $1) }
        case .flipped: self.moved(w, h) { ($0, h - 1 - $1) }
        case .transposed: self.moved(h, w) { ($1, $0) }
        case .turnedLeft: self.moved(h, w) { ($1, h - 1 - $0) }
        case .transversed: self.moved(h, w) { (w - 1 - $1, h - 1 - $0) }
        case .turnedRight: self.moved(h, w) { (w - 1 - $1, $0) }
        }
    }

    private func moved(_ width: Int, _ height: Int, _ place: (_ x: Int, _ y: Int) -> (x: Int, y: Int)) -> RasterImage {
        var pixels = [UInt8](repeating: 0, count: self.pixels.count)
        var target = 0
        for y in 0..<height {
            for x in 0..<width {
                let (sourceX, sourceY) = place(x, y)
                let source = 3 * (sourceY * self.width + sourceX)
                for channel in 0..<3 { pixels[target + channel] = self.pixels[source + channel] }
                target += 3
            }
        }
        return RasterImage(unchecked: width, height, pixels)
    }
}
