// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import Foundation
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// How surprising classes are, in nats: the mean over rows of the negative logarithm of the class's softmax.
    ///
    /// - Parameter classes: The class of each row.
    @differentiable(reverse,wrt: self)
    package func crossEntropy(_ classes: [Int]) -> Float { self.surprise(classes).mean }

    @derivative(of: crossEntropy, wrt: self)
    package func crossEntropyDerivative(_ classes: [Int]) -> (value: Float, pullback: (Float) -> Tensor) {
        let (mean, probabilities) = self.surprise(classes)
        return (
            mean,
            { gradient in
                var logits = probabilities
                let columns = probabilities.columns
                logits.withMutableBase { base in
                    for (row, label) in classes.enumerated() { base[row * columns + label] -= 1 }
                }
                return logits.scaled(by: gradient / Float(classes.count))
            }
        )
    }

    /// The mean, and the softmax of each row.
    private func surprise(_ classes: [Int]) -> (mean: Float, probabilities: Tensor) {
        precondition(classes.count == self.rows && !classes.isEmpty, "\(classes.count) classes for \(self.rows) rows.")
        let columns = self.columns
        var (sum, probabilities) = (0.0, self)
        probabilities.withMutableBase { base in
            ComputePool.current.compute { workers in
                let table = workers.kernels.table.pointee
                for (row, label) in classes.enumerated() {
                    precondition(label >= 0 && label < columns, "There is no class \(label) of \(columns).")
                    let start = base + row * columns
                    let (maximum, logit) = (table.maximum(start, columns), start[label])
                    sum += log(table.sum_exp(start, columns, maximum, 1)) - Double(logit - maximum)
                    table.softmax(start, columns, 1)
                }
            }
        }
        return (Float(sum / Double(classes.count)), probabilities)
    }
}
