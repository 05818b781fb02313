// SPDX-License-Identifier: Apache-2.0

/// How well places continue what was written: for each row and place, how many of the classes before the place, within its name, are those
/// that the row has read last, and whether those are all of the name up to there.
///
/// Who copies a name knows by that which piece of it is next, however often the pieces are there: of the zeros of a number only one is next
/// when the number was written from its beginning.
package struct CopyMatches: Sendable, Equatable {
    /// The most that counts.
    package static let longest = 4
    /// How many kinds there are: lengths from 0 on, then those from 1 on of matches with all of the name up to the place.
    package static let kinds = 2 * Self.longest + 1

    /// For each row of a span and each of its places, the kind, one span after the other.
    private(set) var kinds: [UInt8] = []
    /// For each row, the greatest kind of its places: whether a name that was begun goes on.
    package private(set) var goingOn: [Int] = []
    /// For each row, the greatest kind that the place after a name would have: whether one has ended.
    package private(set) var ended: [Int] = []

    /// Begins with nothing.
    package init() {}

    /// Appends a span.
    ///
    /// - Parameters:
    ///   - read: What the rows have read, a class each.
    ///   - first: The first row that looks; those before it were read only.
    ///   - sources: The class that each place holds.
    ///   - names: Where the name of each place begins, as an index of `sources`.
    package mutating func append(read: [Int], from first: Int = 0, sources: ArraySlice<Int>, names: ArraySlice<Int>) {
        for row in first..<read.count {
            var (goingOn, ended) = (0, 0)
            for (place, name) in zip(sources.indices, names) {
                let kind = Self.kind(place, name, sources, read, row)
                self.kinds.append(UInt8(kind))
                goingOn = max(goingOn, kind)
                if place + 1 == names.endIndex || names[place + 1] != name {
                    ended = max(ended, Self.kind(place + 1, name, sources, read, row))
                }
            }
            self.goingOn.append(goingOn)
            self.ended.append(ended)
        }
    }

    /// How well a place, or the one after a name, continues what a row has read.
    private static func kind(_ place: Int, _ name: Int, _ sources: ArraySlice<Int>, _ read: [Int], _ row: Int) -> Int {
        var length = 0
        while place - length - 1 >= name, row - length >= 0, sources[place - length - 1] == read[row - length] {
            length += 1
        }
        let isWhole = length > 0 && place - length == name
        return min(length, Self.longest) + (isWhole ? Self.longest : 0)
    }
}
