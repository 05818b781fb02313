// SPDX-License-Identifier: Apache-2.0

/// All Unicode scalars, parted into classes that none of some sets tells apart.
struct ScalarPartition {
    /// How many classes there are, 1 or more.
    let count: Int
    /// Where ranges begin that are of one class each; the first is 0.
    private let starts: [UInt32]
    /// The class of each range.
    private let classes: [Int32]
    /// The classes of ASCII.
    private let ascii: [Int32]

    /// Parts the scalars.
    ///
    /// - Parameter sets: The sets.
    /// - Returns: The partition, and for each set whether it holds each class.
    static func parting(_ sets: [ScalarRanges]) -> (Self, [[Bool]]) {
        var events: [(scalar: UInt32, set: Int)] = []
        for (index, set) in sets.enumerated() {
            for range in set.ranges {
                events.append((range.lowerBound, index))
                if range.upperBound < 0x10FFFF { events.append((range.upperBound + 1, index)) }
            }
        }
        events.sort { $0.scalar < $1.scalar }
        var inside = [Bool](repeating: false, count: sets.count)
        var known: [[Bool]: Int32] = [:]
        var starts: [UInt32] = []
        var classes: [Int32] = []
        func begin(at scalar: UInt32) {
            let number = known[inside] ?? Int32(known.count)
            known[inside] = number
            guard classes.last != number else { return }
            starts.append(scalar)
            classes.append(number)
        }
        var index = 0
        if events.first?.scalar != 0 { begin(at: 0) }
        while index < events.count {
            let scalar = events[index].scalar
            while index < events.count, events[index].scalar == scalar {
                inside[events[index].set].toggle()
                index += 1
            }
            begin(at: scalar)
        }
        let signatures = known.sorted { $0.value < $1.value }.map(\.key)
        let members = sets.indices.map { set in signatures.map { $0[set] } }
        return (Self(starts: starts, classes: classes, count: known.count), members)
    }

    private init(starts: [UInt32], classes: [Int32], count: Int) {
        self.starts = starts
        self.classes = classes
        self.count = count
        var ascii: [Int32] = []
        var place = 0
        for scalar in UInt32(0)..<128 {
            while place + 1 < starts.count, starts[place + 1] <= scalar { place += 1 }
            ascii.append(classes[place])
        }
        self.ascii = ascii
    }

    /// The class of a scalar.
    func number(of scalar: UInt32) -> Int {
        Int(scalar < 128 ? self.ascii[Int(scalar)] : self.classes[self.place(of: scalar)])
    }

    /// Calls `body` with the class of each part of a range until it returns true; tells whether it did.
    func contains(in range: ClosedRange<UInt32>, where body: (Int) -> Bool) -> Bool {
        var place = self.place(of: range.lowerBound)
        while place < self.starts.count, self.starts[place] <= range.upperBound {
            if body(Int(self.classes[place])) { return true }
            place += 1
        }
        return false
    }

    private func place(of scalar: UInt32) -> Int {
        var (low, high) = (0, self.starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.starts[middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }
}
