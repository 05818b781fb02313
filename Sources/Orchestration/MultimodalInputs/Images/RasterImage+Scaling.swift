// SPDX-License-Identifier: Apache-2.0

extension RasterImage {
    /// The picture in another size, between pixels with linear interpolation, and where it shrinks by the mean of what a
    /// pixel covers.
    ///
    /// - Parameters:
    ///   - width: Pixels in a row, 1 or more.
    ///   - height: Rows, 1 or more.
    public func scaled(width: Int, height: Int) -> RasterImage {
        let (width, height) = (max(1, width), max(1, height))
        if width == self.width, height == self.height { return self }
        let narrow = self.narrowed(Spans(self.width, width))
        let rows = Spans(self.height, height)
        let count = 3 * width
        let pixels = [UInt8](unsafeUninitializedCapacity: count * height) { target, initialized in
            var line = [Float](repeating: 0, count: count)
            narrow.withUnsafeBufferPointer { narrow in
                line.withUnsafeMutableBufferPointer { line in
                    for y in 0..<height {
                        for index in 0..<count { line[index] = 0.5 }
                        for tap in 0..<rows.taps {
                            let weight = rows.weights[y * rows.taps + tap]
                            if weight == 0 { continue }
                            let source = (rows.first[y] + tap) * count
                            for index in 0..<count { line[index] += weight * narrow[source + index] }
                        }
                        for index in 0..<count {
                            target.initializeElement(at: y * count + index, to: UInt8(min(255, max(0, line[index]))))
                        }
                    }
                }
            }
            initialized = count * height
        }
        return RasterImage(unchecked: width, height, pixels)
    }

    /// All rows in another width.
    private func narrowed(_ columns: Spans) -> [Float] {
        let (width, taps) = (columns.first.count, columns.taps)
        return [Float](unsafeUninitializedCapacity: 3 * width * self.height) { target, count in
            self.pixels.withUnsafeBufferPointer { source in
                columns.first.withUnsafeBufferPointer { first in
                    columns.weights.withUnsafeBufferPointer { weights in
                        for y in 0..<self.height {
                            for x in 0..<width {
                                var (r, g, b) = (Float(0), Float(0), Float(0))
                                var place = 3 * (y * self.width + first[x])
                                for tap in x * taps..<(x + 1) * taps where weights[tap] != 0 {
                                    r += weights[tap] * Float(source[place])
                                    g += weights[tap] * Float(source[place + 1])
                                    b += weights[tap] * Float(source[place + 2])
                                    place += 3
                                }
                                let next = 3 * (y * width + x)
                                target.initializeElement(at: next, to: r)
                                target.initializeElement(at: next + 1, to: g)
                                target.initializeElement(at: next + 2, to: b)
                            }
                        }
                    }
                }
            }
            count = 3 * width * self.height
        }
    }

    /// For each place of a result, what of the source it is made from.
    private struct Spans {
        /// How many weights each place has; those that are not needed are 0 and come last.
        let taps: Int
        private(set) var first: [Int] = []
        private(set) var weights: [Float] = []

        init(_ source: Int, _ target: Int) {
            let ratio = Double(source) / Double(target)
            let reach = max(1, ratio)
            self.taps = 2 * Int(reach.rounded(.up)) + 1
            for index in 0..<target {
                let centre = (Double(index) + 0.5) * ratio - 0.5
                // A triangle around the centre, none of whose weights is 0; at the edges the rest has all the weight.
                let first = min(source - 1, max(0, Int((centre - reach).rounded(.down)) + 1))
                let last = max(first, min(source - 1, Int((centre + reach).rounded(.up)) - 1))
                let weights = (first...last).map { max(1e-6, 1 - abs(Double($0) - centre) / reach) }
                let sum = weights.reduce(0, +)
                self.first.append(first)
                self.weights += weights.map { Float($0 / sum) }
                self.weights += [Float](repeating: 0, count: self.taps - weights.count)
            }
        }
    }
}
