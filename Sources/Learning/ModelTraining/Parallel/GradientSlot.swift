// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors

/// Where the gradient of a weight waits to be sent.
struct GradientSlot {
    /// How many numbers are sent.
    let count: Int
    /// The bucket that it is in.
    var bucket = 0
    /// Whether it holds anything yet, and whether that is all.
    private(set) var isWritten = false
    var isComplete = false
    private let shape: [Int]
    private let columns: Int
    /// The rows that are sent; nil where all are.
    private let rows: [Int]?
    private let start: Int
    /// The memory that it has for itself.
    private(set) var own: TensorMemory?

    init(_ shape: [Int], rows: [Int]?, at start: Int) {
        self.shape = shape
        self.columns = shape.last ?? 1
        self.rows = rows
        self.start = start
        self.count = rows.map { $0.count * (shape.last ?? 1) } ?? shape.reduce(1, *)
    }

    /// Gives it memory of its own.
    mutating func moveOut() { self.own = TensorMemory(self.shape) }

    private func base(in memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
        self.own?.base ?? memory + self.start
    }

    /// Adds a gradient of the weight's shape, or the zero of every shape.
    mutating func add(_ gradient: Tensor, in memory: UnsafeMutablePointer<Float>) {
        if gradient.shape != self.shape {
            if !self.isWritten { self.clear(in: memory) }
            return
        }
        let (base, isFirst) = (self.base(in: memory), !self.isWritten)
        self.isWritten = true
        gradient.withValues { values in
            guard let source = values.baseAddress else { return }
            guard let rows else { return Self.add(source, base, self.count, isFirst) }
            for (index, row) in rows.enumerated() {
                Self.add(source + row * self.columns, base + index * self.columns, self.columns, isFirst)
            }
        }
    }

    private static func add(
        _ source: UnsafePointer<Float>, _ base: UnsafeMutablePointer<Float>, _ count: Int, _ isFirst: Bool
    ) {
        if isFirst { return base.update(from: source, count: count) }
        for index in 0..<count { base[index] += source[index] }
    }

    /// Makes it zero.
    mutating func clear(in memory: UnsafeMutablePointer<Float>) {
        self.isWritten = true
        self.base(in: memory).update(repeating: 0, count: self.count)
    }

    /// What it holds, in the weight's shape.
    func tensor(in memory: UnsafeMutablePointer<Float>) -> Tensor {
        if let own { return own.tensor }
        let source = memory + self.start
        guard let rows else {
            return Tensor(self.shape, copying: UnsafeBufferPointer(start: source, count: self.count))
        }
        var tensor = Tensor(self.shape, repeating: 0)
        tensor.withMutableValues { values in
            guard let base = values.baseAddress else { return }
            for (index, row) in rows.enumerated() {
                (base + row * self.columns).update(from: source + index * self.columns, count: self.columns)
            }
        }
        return tensor
    }
}

/// Gradients that leave together.
struct GradientBucket {
    let start: Int
    var count = 0
    /// How many of its slots are not complete yet.
    var missing = 0
    var transfer: (any Transfer)?
    /// The memory of its only slot, where that has its own.
    var own: TensorMemory?

    init(start: Int) { self.start = start }
}

/// Memory that stays where it is while it is sent.
final class FloatMemory {
    let base: UnsafeMutablePointer<Float>
    let count: Int

    init(_ count: Int) {
        self.count = count
        self.base = .allocate(capacity: max(1, count))
        self.base.initialize(repeating: 0, count: count)
    }

    deinit { self.base.deallocate() }
}
