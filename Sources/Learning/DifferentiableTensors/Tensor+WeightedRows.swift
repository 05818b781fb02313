// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels
internal import _Differentiation

/// Which rows of a table are added up for each of some inputs, and how much each of them counts.
package struct WeightedRows: Sendable {
    private var rows: [Int32] = []
    private var weights: [Float] = []
    private var ends: [Int] = []

    /// Begins with nothing.
    package init() {}

    /// How many inputs there are.
    package var count: Int { self.ends.count }

    /// Appends an input; it may have no rows.
    package mutating func append(_ rows: some Sequence<(row: Int32, weight: Float)>) {
        for (row, weight) in rows {
            self.rows.append(row)
            self.weights.append(weight)
        }
        self.ends.append(self.rows.count)
    }

    /// Calls `body` with each row of an input and its weight.
    fileprivate func forEachRow(of input: Int, _ body: (_ row: Int, _ weight: Float) -> Void) {
        for index in (input == 0 ? 0 : self.ends[input - 1])..<self.ends[input] {
            body(Int(self.rows[index]), self.weights[index])
        }
    }
}

extension Tensor {
    /// The sum of each input's rows of this table, times their weights.
    ///
    /// - Returns: inputs × ``columns``; zeros for an input without rows.
    @differentiable(reverse,wrt: self)
    package func adding(_ inputs: WeightedRows) -> Tensor {
        let columns = self.columns
        return Tensor.make([inputs.count, columns]) { out in
            out.update(repeating: 0, count: inputs.count * columns)
            ComputePool.current.compute { workers in
                workers.run { share in
                    for input in share.of(inputs.count) {
                        let target = out + input * columns
                        inputs.forEachRow(of: input) { row, weight in
                            precondition(row >= 0 && row < self.rows, "There is no row \(row) in \(self.shape).")
                            let source = self.base + row * columns
                            for column in 0..<columns { target[column] += weight * source[column] }
                        }
                    }
                }
            }
        }
    }

    @derivative(of: adding, wrt: self)
    package func addingDerivative(_ inputs: WeightedRows) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        let (shape, columns) = (self.shape, self.columns)
        return (
            self.adding(inputs),
            { gradient in
                if gradient.isZero { return gradient }
                var sum = Tensor(shape, repeating: 0)
                sum.withMutableBase { base in
                    ComputePool.current.compute { workers in
                        workers.run { share in
                            // Each worker sums its columns, so that sums do not depend on how many there are.
                            let own = share.of(columns)
                            for input in 0..<inputs.count {
                                let source = gradient.base + input * columns
                                inputs.forEachRow(of: input) { row, weight in
                                    let target = base + row * columns
                                    for column in own { target[column] += weight * source[column] }
                                }
                            }
                        }
                    }
                }
                return sum
            }
        )
    }
}
