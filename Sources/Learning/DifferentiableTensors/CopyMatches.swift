// SPDX-License-Identifier: Apache-2.0

/// How well places continue what was written: for each row and place, how many of the classes before the place, within its name, are those
/// that the row has read last.
///
/// Who copies a name knows by that which piece of it is next, however often the pieces are there.
package struct CopyMatches: Sendable, Equatable {
    /// The most that counts.
    package static let longest = 4
    /// How many lengths there are.
    package static let kinds = Self.longest + 1

    /// For each row of a span and each of its places, the length, one span after the other.
    private(set) var lengths: [UInt8] = []

    /// Begins with nothing.
    package init() {}

    /// Appends a span.
    ///
    /// - Parameters:
    ///   - read: What the rows have read, a class each.
    ///   - first: The first row that looks; those before it were read only.
    ///   - sources: The class that each place holds.
    ///   - names: Where the name of each place begins.
    package mutating func append(read: [Int], from first: Int = 0, sources: ArraySlice<Int>, names: ArraySlice<Int>) {
        for row in first..<read.count {
            for (place, name) in zip(sources.indices, names) {
                var length = 0
                while length < Self.longest, place - length - 1 >= name, row - length >= 0,
                    sources[place - length - 1] == read[row - length]
                { length += 1 }
                self.lengths.append(UInt8(length))
            }
        }
    }
}
