// SPDX-License-Identifier: Apache-2.0

/// The rows of a batch that go on after a layer's keys and values are stored; their results move together.
struct KeptRows {
    /// Of each segment, which rows of the batch.
    private(set) var rows: [Range<Int>] = []
    /// Of each segment, where the results of its first kept row are.
    private(set) var targets: [Int] = []
    /// How many there are in all.
    private(set) var count = 0

    /// Adds the rows of the next segment.
    mutating func append(_ range: Range<Int>) {
        self.rows.append(range)
        self.targets.append(self.count)
        self.count += range.count
    }

    /// Removes everything and keeps the memory.
    mutating func clear() {
        self.rows.removeAll(keepingCapacity: true)
        self.targets.removeAll(keepingCapacity: true)
        self.count = 0
    }

    /// Calls `move` with the row and the target of each that moves; in this order none is overwritten before it moved.
    func gather(_ move: (_ row: Int, _ target: Int) -> Void) {
        for (rows, target) in zip(self.rows, self.targets) where rows.lowerBound != target {
            for row in rows { move(row, target + row - rows.lowerBound) }
        }
    }
}

extension ForwardPass.WantedLogits {
    /// Those of a segment's rows whose logits are wanted.
    func rows(of segment: Range<Int>) -> Range<Int> {
        switch self {
        case .none: segment.upperBound..<segment.upperBound
        case .last: segment.suffix(1)
        case .all: segment
        }
    }
}
