// SPDX-License-Identifier: Apache-2.0

/// What is known of a source's clock beside ours, from when its events arrive.
///
/// An event arrives after it happened, so the differences between arrival and timestamp lie above the line of the clocks'
/// offset; those that were on their way the shortest lie near it. The line is the edge of their lower convex hull below
/// their mean time, which is the line under all of them with the least sum of distances (S. Moon, P. Skelly, D. Towsley:
/// Estimation and Removal of Clock Skew from Network Delay Measurements, INFOCOM 1999).
public struct SourceClock: Sendable {
    /// A moment by the source's clock, and by how much it arrived later by ours, in nanoseconds.
    private struct Point: Sendable {
        var time: Int64
        var delay: Int64
    }

    /// How long a span is whose quickest event alone is remembered.
    private static let span: Int64 = 1_000_000_000
    private static let maximumPoints = 64

    private var points: [Point] = []
    /// The quickest event of the span that is not over yet.
    private var current: Point?
    private var end = Int64.min
    private var line: (time: Int64, delay: Int64, slope: Double)?

    /// A clock that nothing is known of.
    public init() {}

    /// How much the clocks move apart, in seconds each second: positive where ours is the quicker one.
    public var skew: Double { self.line?.slope ?? 0 }

    /// Learns from an event.
    ///
    /// - Parameters:
    ///   - timestamp: When it happened by the source's clock, in nanoseconds.
    ///   - arrival: When it arrived by ours.
    public mutating func observe(timestamp: Int64, arrival: Int64) {
        let delay = arrival &- timestamp
        if timestamp > self.end {
            if let current {
                self.points.append(current)
                if self.points.count > Self.maximumPoints { self.points.removeFirst() }
                self.fit()
            }
            self.current = Point(time: timestamp, delay: delay)
            self.end = timestamp.addingReportingOverflow(Self.span).partialValue
        } else if let current, delay < current.delay {
            self.current = Point(time: timestamp, delay: delay)
        }
        if self.points.count < 2 {
            let least = min(self.line?.delay ?? .max, delay)
            self.line = (timestamp, least, 0)
        }
    }

    /// When something happened by our clock.
    ///
    /// - Parameter timestamp: When it happened by the source's clock, in nanoseconds.
    public func corrected(_ timestamp: Int64) -> Int64 {
        guard let line else { return timestamp }
        let distance = Double(timestamp) - Double(line.time)
        return timestamp &+ line.delay &+ (Int64(exactly: (line.slope * distance).rounded()) ?? 0)
    }

    /// Lays the line under the points.
    private mutating func fit() {
        guard self.points.count >= 2 else { return }
        let origin = self.points[0]
        let places = self.points.map { (x: Double($0.time &- origin.time), y: Double($0.delay &- origin.delay)) }
        var hull: [(x: Double, y: Double)] = []
        for place in places {
            while hull.count >= 2 {
                let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
                if (b.x - a.x) * (place.y - a.y) > (b.y - a.y) * (place.x - a.x) { break }
                hull.removeLast()
            }
            hull.append(place)
        }
        let middle = places.reduce(0) { $0 + $1.x } / Double(places.count)
        guard let index = hull.indices.dropFirst().first(where: { hull[$0].x >= middle }) else { return }
        let (a, b) = (hull[index - 1], hull[index])
        guard b.x > a.x else { return }
        // Numbers near the ends of 64 bits become larger than those when they are rounded.
        let (x, y) = (Int64(exactly: a.x) ?? 0, Int64(exactly: a.y) ?? 0)
        self.line = (origin.time &+ x, origin.delay &+ y, (b.y - a.y) / (b.x - a.x))
    }
}
