// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MultimodalInputs

/// How likely each pixel is text, and the lines that this gives.
///
/// After M. Liao et al.: Real-time Scene Text Detection with Differentiable Binarization, AAAI 2020.
struct TextMap {
    private static let threshold: Float = 0.3
    private static let boxThreshold = 0.5
    /// The network is taught lines that are shrunk; by how much they grow again.
    private static let growth = 1.6
    private static let leastSide = 3.0
    private static let maximumRegions = 1_000

    let width: Int
    let height: Int
    let values: [Float]

    /// - Throws: ``MultimodalError`` with code `.failed` where it is no map.
    init(_ output: ImageModel.Output) throws {
        guard output.shape.count == 4, output.shape[0] == 1, output.shape[1] == 1 else {
            throw MultimodalError(.failed, "The detector gave an array of the shape \(output.shape), which is no map.")
        }
        self.init(width: output.shape[3], height: output.shape[2], values: output.withValues(Array.init))
    }

    init(width: Int, height: Int, values: [Float]) { (self.width, self.height, self.values) = (width, height, values) }

    /// The lines, in the map's own pixels.
    func regions() -> [TextRegion] {
        var seen = [Bool](repeating: false, count: self.values.count)
        var regions: [TextRegion] = []
        for start in self.values.indices where !seen[start] && self.values[start] > Self.threshold {
            let border = self.component(from: start, &seen)
            guard var region = TextRegion(around: border) else { continue }
            // Pixels have an extent of their own.
            region.halfWidth += 0.5
            region.halfHeight += 0.5
            guard 2 * min(region.halfWidth, region.halfHeight) >= Self.leastSide else { continue }
            region.score = self.mean(in: region)
            guard region.score >= Self.boxThreshold else { continue }
            let (w, h) = (2 * region.halfWidth, 2 * region.halfHeight)
            let distance = w * h * Self.growth / (2 * (w + h))
            region.halfWidth += distance
            region.halfHeight += distance
            regions.append(region)
            if regions.count == Self.maximumRegions { break }
        }
        return regions
    }

    /// The pixels of a connected area that have others in their row only on one side, which is enough for its hull.
    private func component(from start: Int, _ seen: inout [Bool]) -> [TextRegion.Point] {
        var (stack, rows) = ([start], [Int: (least: Int, most: Int)]())
        seen[start] = true
        while let place = stack.popLast() {
            let (y, x) = place.quotientAndRemainder(dividingBy: self.width)
            let row = rows[y] ?? (x, x)
            rows[y] = (min(row.least, x), max(row.most, x))
            for otherY in max(0, y - 1)...min(self.height - 1, y + 1) {
                for otherX in max(0, x - 1)...min(self.width - 1, x + 1) {
                    let other = otherY * self.width + otherX
                    guard !seen[other], self.values[other] > Self.threshold else { continue }
                    seen[other] = true
                    stack.append(other)
                }
            }
        }
        return rows.flatMap { y, row in [row.least, row.most].map { TextRegion.Point(x: Double($0), y: Double(y)) } }
    }

    /// The mean of the map inside a rectangle.
    private func mean(in region: TextRegion) -> Double {
        let corners = region.corners
        func range(_ values: [Double], _ limit: Int) -> ClosedRange<Int> {
            let low = min(max(0, Int((values.min() ?? 0).rounded(.down))), limit - 1)
            return low...min(max(low, Int((values.max() ?? 0).rounded(.up))), limit - 1)
        }
        var (sum, count) = (0.0, 0)
        for y in range(corners.map(\.y), self.height) {
            for x in range(corners.map(\.x), self.width) where region.contains(.init(x: Double(x), y: Double(y))) {
                sum += Double(self.values[y * self.width + x])
                count += 1
            }
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}
