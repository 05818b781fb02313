// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// The sums of two tensors of one shape.
    @differentiable(reverse)
    package static func + (left: Tensor, right: Tensor) -> Tensor {
        if left.isZero { return right }
        var sum = left
        sum.add(right)
        return sum
    }

    @derivative(of: +)
    package static func addDerivative(
        _ left: Tensor, _ right: Tensor
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) { (left + right, { ($0, $0) }) }

    /// The differences of two tensors of one shape.
    @differentiable(reverse)
    package static func - (left: Tensor, right: Tensor) -> Tensor {
        if right.isZero { return left }
        return left + right.scaled(by: -1)
    }

    @derivative(of: -)
    package static func subtractDerivative(
        _ left: Tensor, _ right: Tensor
    ) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) { (left - right, { ($0, $0.scaled(by: -1)) }) }

    /// Adds a tensor of the same shape in place.
    package static func += (left: inout Tensor, right: Tensor) {
        if left.isZero { left = right } else { left.add(right) }
    }

    /// Each number times a factor.
    @differentiable(reverse,wrt: self)
    package func scaled(by factor: Float) -> Tensor {
        Tensor.make(self.shape) { out in
            for index in 0..<self.count { out[index] = self.base[index] * factor }
        }
    }

    @derivative(of: scaled, wrt: self)
    package func scaledDerivative(by factor: Float) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        (self.scaled(by: factor), { $0.scaled(by: factor) })
    }

    /// Each row with the same numbers added.
    ///
    /// - Parameter bias: As many numbers as a row has.
    @differentiable(reverse)
    package func adding(toRows bias: Tensor) -> Tensor {
        precondition(bias.count == self.columns, "\(bias.count) numbers are no row of \(self.shape).")
        var sum = self
        let (rows, columns) = (self.rows, self.columns)
        sum.withMutableBase { base in
            ComputePool.current.compute { workers in
                workers.run { share in
                    for row in share.of(rows) {
                        workers.kernels.table.pointee.add(base + row * columns, bias.base, columns)
                    }
                }
            }
        }
        return sum
    }

    @derivative(of: adding)
    package func addingDerivative(toRows bias: Tensor) -> (value: Tensor, pullback: (Tensor) -> (Tensor, Tensor)) {
        let shape = bias.shape
        return (self.adding(toRows: bias), { $0.isZero ? ($0, $0) : ($0, $0.sumOfRows().reshaped(shape)) })
    }

    /// The sum of all rows, one row.
    func sumOfRows() -> Tensor {
        let columns = self.columns
        var sum = Tensor([columns], repeating: 0)
        sum.withMutableBase { base in
            ComputePool.current.compute { workers in
                workers.run { share in
                    // Each worker sums its columns, so that sums do not depend on how many there are.
                    let own = share.of(columns)
                    for row in 0..<self.rows {
                        workers.kernels.table.pointee.add(
                            base + own.lowerBound, self.base + row * columns + own.lowerBound, own.count)
                    }
                }
            }
        }
        return sum
    }

    private mutating func add(_ other: Tensor) {
        if other.isZero { return }
        precondition(self.shape == other.shape, "\(self.shape) and \(other.shape) are not added.")
        let count = self.count
        self.withMutableBase { base in
            ComputePool.current.compute { workers in
                workers.run { share in
                    let own = share.of(count)
                    workers.kernels.table.pointee.add(base + own.lowerBound, other.base + own.lowerBound, own.count)
                }
            }
        }
    }

    /// The sum of the squares of all numbers.
    package var sumOfSquares: Double {
        var sum = 0.0
        // Sixteen sums at a time, of few enough numbers that none of them loses the small ones.
        for start in stride(from: 0, to: self.count, by: 4096) {
            let count = min(4096, self.count - start)
            var squares = SIMD16<Float>.zero
            for index in 0..<count / 16 {
                let numbers = UnsafeRawPointer(self.base + start + index * 16).loadUnaligned(as: SIMD16<Float>.self)
                squares += numbers * numbers
            }
            for index in count / 16 * 16..<count { squares[0] += self.base[start + index] * self.base[start + index] }
            sum += Double(squares.sum())
        }
        return sum
    }
}
