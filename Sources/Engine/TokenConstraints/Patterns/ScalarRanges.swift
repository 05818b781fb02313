// SPDX-License-Identifier: Apache-2.0

package import JSONSchemas

/// A set of Unicode scalars as ranges, in order and apart from each other.
package struct ScalarRanges: Hashable, Sendable {
    /// The ranges; surrogates may be in them and mean nothing.
    package private(set) var ranges: [ClosedRange<UInt32>]

    private static let last: UInt32 = 0x10FFFF

    /// A set of ranges in any order, which may overlap.
    package init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = merged.last, range.lowerBound <= previous.upperBound &+ 1 {
                merged[merged.count - 1] = previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The scalars that a pattern's class describes.
    package init(_ set: ScalarSet) {
        let members = set.members.flatMap { member -> [ClosedRange<UInt32>] in
            switch member {
            case .range(let range): [range]
            case .set(let inner): Self(inner).ranges
            default: PropertyRanges.ranges(of: member)
            }
        }
        let all = Self(members)
        self = set.isNegated ? all.complement : all
    }

    /// All other scalars.
    package var complement: Self {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in self.ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { gaps.append(next...Self.last) }
        return Self(gaps)
    }
}
