// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import Synchronization

extension ScalarSet {
    /// The scalars of the set as sorted ranges that do not touch; surrogates, which are no scalars, are left out.
    var ranges: [ClosedRange<UInt32>] {
        let inside = Self.merged(self.members.flatMap(Self.ranges(of:)))
        return self.isNegated ? Self.complement(inside) : inside
    }

    private static func ranges(of member: Member) -> [ClosedRange<UInt32>] {
        switch member {
        case .range(let range): [range]
        case .set(let set): set.ranges
        case .category(.spaceSeparator):
            [0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000]
        default: Self.scanned(member)
        }
    }

    /// Sorts ranges and joins those that overlap or touch.
    private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var merged = [ClosedRange<UInt32>]()
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var gaps = [ClosedRange<UInt32>]()
        var next: UInt32 = 0
        for range in Self.merged(ranges + [0xD800...0xDFFF]) {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return gaps
    }

    /// Looks at every scalar, once a property and program.
    private static func scanned(_ member: Member) -> [ClosedRange<UInt32>] {
        let name = "\(member)"
        if let known = Self.known.withLock({ $0[name] }) { return known }
        let set = ScalarSet([member])
        var ranges = [ClosedRange<UInt32>]()
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), set.contains(scalar) else { continue }
            if let last = ranges.last, last.upperBound + 1 == value {
                ranges[ranges.count - 1] = last.lowerBound...value
            } else {
                ranges.append(value...value)
            }
        }
        Self.known.withLock { $0[name] = ranges }
        return ranges
    }

    private static let known = Mutex<[String: [ClosedRange<UInt32>]]>([:])
}
