// SPDX-License-Identifier: Apache-2.0

/// A range of scalars as sequences of ranges of bytes: each byte of a sequence is free within its range.
enum UTF8Sequences {
    /// The sequences of a range.
    static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
        var result: [[ClosedRange<UInt8>]] = []
        for block in [0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF]
            as [ClosedRange<UInt32>] where range.overlaps(block)
        {
            let part = range.clamped(to: block)
            result += Self.split(Self.bytes(part.lowerBound), Self.bytes(part.upperBound))
        }
        return result
    }

    /// The sequences between two characters of equal length.
    private static func split(_ low: [UInt8], _ high: [UInt8]) -> [[ClosedRange<UInt8>]] {
        guard let first = low.first, let last = high.first else { return [[]] }
        let (lows, highs) = (Array(low.dropFirst()), Array(high.dropFirst()))
        if first == last { return Self.split(lows, highs).map { [first...first] + $0 } }
        let (least, greatest) = (lows.map { _ in UInt8(0x80) }, lows.map { _ in UInt8(0xBF) })
        var result: [[ClosedRange<UInt8>]] = []
        var (start, end) = (first, last)
        if lows != least {
            result += Self.split(lows, greatest).map { [first...first] + $0 }
            start += 1
        }
        if highs != greatest { end -= 1 }
        if start <= end { result.append([start...end] + lows.map { _ in 0x80...0xBF }) }
        if highs != greatest { result += Self.split(least, highs).map { [last...last] + $0 } }
        return result
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        Unicode.Scalar(value).flatMap { UTF8.encode($0) }.map { Array($0) } ?? []
    }
}
