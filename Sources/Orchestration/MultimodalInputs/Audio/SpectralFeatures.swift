// SPDX-License-Identifier: Apache-2.0

/// A row of numbers for each frame of a recording.
public struct SpectralFeatures: Sendable, Hashable {
    /// All rows, one after the other.
    public var values: [Float]
    /// How many numbers a row has.
    public let width: Int
    /// How long it is from one row to the next, in seconds.
    public let step: Double

    /// How many rows there are.
    public var frames: Int { self.values.count / max(1, self.width) }

    /// A row.
    public subscript(frame: Int) -> ArraySlice<Float> {
        self.values[frame * self.width..<(frame + 1) * self.width]
    }

    /// The mean of all rows, and beside it their standard deviation: a recording as one vector.
    public var summary: [Float] {
        let (frames, width) = (self.frames, self.width)
        guard frames > 0 else { return [] }
        var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        for frame in 0..<frames {
            for column in 0..<width {
                let value = Double(self.values[frame * width + column])
                sums[column] += value
                squares[column] += value * value
            }
        }
        let means = sums.map { $0 / Double(frames) }
        let deviations = zip(squares, means).map { max(0, $0 / Double(frames) - $1 * $1).squareRoot() }
        return (means + deviations).map { Float($0) }
    }
}
