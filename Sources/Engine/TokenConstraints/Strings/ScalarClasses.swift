// SPDX-License-Identifier: Apache-2.0

/// A partition of the Unicode scalars into classes, whose members an automaton does not tell apart.
struct ScalarClasses: Sendable {
    /// Where each interval begins; the first begins at 0.
    let starts: [UInt32]
    /// The class of each interval; surrogates have none (-1).
    let intervals: [Int32]
    /// How many classes there are.
    let count: Int
    private let ascii: [Int32]

    /// Makes classes from labelled boundaries; intervals with equal labels are one class.
    private init<Label: Hashable>(starts: [UInt32], labels: (Int) -> Label) {
        var numbers = [Label: Int32]()
        var intervals = [Int32]()
        intervals.reserveCapacity(starts.count)
        for index in starts.indices {
            guard starts[index] != 0xD800 else {
                intervals.append(-1)
                continue
            }
            let label = labels(index)
            let number = numbers[label] ?? Int32(numbers.count)
            numbers[label] = number
            intervals.append(number)
        }
        self.starts = starts
        self.intervals = intervals
        self.count = numbers.count
        var ascii = [Int32]()
        var interval = 0
        for value in UInt32(0)..<128 {
            while interval + 1 < starts.count, starts[interval + 1] <= value { interval += 1 }
            ascii.append(intervals[interval])
        }
        self.ascii = ascii
    }

    /// The coarsest partition that tells apart the given sets.
    init(telling sets: [[ClosedRange<UInt32>]]) {
        var starts: Set<UInt32> = [0, 0xD800, 0xE000]
        for range in sets.joined() {
            starts.insert(range.lowerBound)
            if range.upperBound < 0x10FFFF { starts.insert(range.upperBound + 1) }
        }
        let sorted = starts.sorted().filter { !(0xD801...0xDFFF).contains($0) }
        var members = [[Int32]](repeating: [], count: sorted.count)
        for (number, set) in sets.enumerated() {
            for range in set {
                var index = Self.interval(of: range.lowerBound, in: sorted)
                while index < sorted.count, sorted[index] <= range.upperBound {
                    members[index].append(Int32(number))
                    index += 1
                }
            }
        }
        self.init(starts: sorted) { members[$0] }
    }

    /// The coarsest partition finer than two.
    init(_ left: Self, _ right: Self) {
        let starts = Set(left.starts + right.starts).sorted()
        self.init(starts: starts) { [left[starts[$0]], right[starts[$0]]] }
    }

    /// The class of a scalar's value; -1 for surrogates.
    subscript(_ scalar: UInt32) -> Int32 {
        scalar < 128 ? self.ascii[Int(scalar)] : self.intervals[Self.interval(of: scalar, in: self.starts)]
    }

    /// A scalar of each class.
    var representatives: [UInt32] {
        var found = [UInt32](repeating: 0, count: self.count)
        for (start, number) in zip(self.starts, self.intervals).reversed() where number >= 0 {
            found[Int(number)] = start
        }
        return found
    }

    /// The classes that have members in a range.
    func meeting(_ range: ClosedRange<UInt32>) -> some Sequence<Int32> {
        let first = Self.interval(of: range.lowerBound, in: self.starts)
        return (first..<self.starts.count).lazy.prefix { self.starts[$0] <= range.upperBound }
            .map { self.intervals[$0] }.filter { $0 >= 0 }
    }

    private static func interval(of scalar: UInt32, in starts: [UInt32]) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }
}
