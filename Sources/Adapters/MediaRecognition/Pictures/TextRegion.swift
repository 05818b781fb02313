// SPDX-License-Identifier: Apache-2.0

/// A rectangle around a line of text, at any angle.
struct TextRegion: Sendable {
    struct Point: Sendable, Hashable {
        var x: Double
        var y: Double
    }

    var centre: Point
    /// Along the line, from left to right; of length 1.
    var direction: Point
    /// Half of its extent along the line.
    var halfWidth: Double
    /// Half of its extent across.
    var halfHeight: Double
    /// How sure it is that this is text, from 0 to 1.
    var score = 0.0

    /// The corners: upper left, upper right, lower right, lower left.
    var corners: [Point] {
        [(-1.0, -1.0), (1, -1), (1, 1), (-1, 1)].map { self.place($0 * self.halfWidth, $1 * self.halfHeight) }
    }

    /// A place so far along the line and so far below it, from the centre.
    func place(_ along: Double, _ below: Double) -> Point {
        Point(
            x: self.centre.x + along * self.direction.x - below * self.direction.y,
            y: self.centre.y + along * self.direction.y + below * self.direction.x)
    }

    /// Whether a place lies inside.
    func contains(_ place: Point) -> Bool {
        let (x, y) = (place.x - self.centre.x, place.y - self.centre.y)
        return abs(x * self.direction.x + y * self.direction.y) <= self.halfWidth
            && abs(y * self.direction.x - x * self.direction.y) <= self.halfHeight
    }

    /// The smallest rectangle around points, by the sides of their convex hull; nil where there is no point.
    ///
    /// After H. Freeman and R. Shapira, 1975.
    init?(around points: [Point]) {
        let hull = Self.hull(points)
        guard let first = hull.first else { return nil }
        var best: (area: Double, region: TextRegion)?
        for (index, start) in hull.enumerated() {
            let end = hull[(index + 1) % hull.count]
            let length = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
            let direction =
                length > 0 ? Point(x: (end.x - start.x) / length, y: (end.y - start.y) / length) : Point(x: 1, y: 0)
            let along = hull.map { $0.x * direction.x + $0.y * direction.y }
            let across = hull.map { $0.y * direction.x - $0.x * direction.y }
            guard let left = along.min(), let right = along.max(), let top = across.min(), let bottom = across.max()
            else { continue }
            let area = (right - left) * (bottom - top)
            if let best, best.area <= area { continue }
            let (a, b) = ((left + right) / 2, (top + bottom) / 2)
            let centre = Point(x: a * direction.x - b * direction.y, y: a * direction.y + b * direction.x)
            best = (area, TextRegion(centre, direction, (right - left) / 2, (bottom - top) / 2))
        }
        self = best?.region.levelled ?? TextRegion(first, Point(x: 1, y: 0), 0, 0)
    }

    private init(_ centre: Point, _ direction: Point, _ halfWidth: Double, _ halfHeight: Double) {
        (self.centre, self.direction, self.halfWidth, self.halfHeight) = (centre, direction, halfWidth, halfHeight)
    }

    /// The same rectangle whose direction is less than half a right angle from that of rows.
    private var levelled: Self {
        var region = self
        if abs(region.direction.x) < abs(region.direction.y) {
            region.direction = Point(x: -self.direction.y, y: self.direction.x)
            (region.halfWidth, region.halfHeight) = (self.halfHeight, self.halfWidth)
        }
        if region.direction.x < 0 { region.direction = Point(x: -region.direction.x, y: -region.direction.y) }
        return region
    }

    /// The convex hull of points, by Andrew's chains.
    private static func hull(_ points: [Point]) -> [Point] {
        let sorted = points.sorted { $0.x == $1.x ? $0.y < $1.y : $0.x < $1.x }
        guard sorted.count > 2 else { return sorted }
        func chain(_ points: some Sequence<Point>) -> [Point] {
            var chain: [Point] = []
            for point in points {
                while chain.count >= 2 {
                    let (a, b) = (chain[chain.count - 2], chain[chain.count - 1])
                    if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0 { break }
                    chain.removeLast()
                }
                chain.append(point)
            }
            return Array(chain.dropLast())
        }
        return chain(sorted) + chain(sorted.reversed())
    }
}
