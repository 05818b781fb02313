// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import Foundation
internal import TensorKernels
internal import _Differentiation

extension Tensor {
    /// How far the softmax of each row is from a teacher's, in nats: the mean of KL(teacher ‖ own), logits of both divided by a temperature
    /// (Hinton, Vinyals and Dean, 2015).
    ///
    /// - Parameters:
    ///   - teacher: The teacher's logits, of this tensor's shape.
    ///   - temperature: Above 0; the higher, the more counts what the teacher holds for unlikely.
    @differentiable(reverse,wrt: self)
    package func divergence(from teacher: Tensor, temperature: Float) -> Float {
        self.distance(teacher, temperature).mean
    }

    @derivative(of: divergence, wrt: self)
    package func divergenceDerivative(
        from teacher: Tensor, temperature: Float
    ) -> (value: Float, pullback: (Float) -> Tensor) {
        let (mean, own, other) = self.distance(teacher, temperature)
        return (mean, { (own - other).scaled(by: $0 / (temperature * Float(own.rows))) })
    }

    /// The mean, and the probabilities of both.
    private func distance(_ teacher: Tensor, _ temperature: Float) -> (mean: Float, own: Tensor, teacher: Tensor) {
        precondition(
            self.shape == teacher.shape && temperature > 0, "\(teacher.shape) is no teacher for \(self.shape).")
        let (own, other) = (self.softmaxOfRows(temperature), teacher.softmaxOfRows(temperature))
        var sum = 0.0
        for index in 0..<own.count where other.base[index] > 0 {
            sum += Double(other.base[index]) * log(Double(other.base[index]) / max(1e-30, Double(own.base[index])))
        }
        return (Float(sum / Double(max(1, self.rows))), own, other)
    }

    private func softmaxOfRows(_ temperature: Float) -> Tensor {
        var probabilities = self
        let (rows, columns) = (self.rows, self.columns)
        probabilities.withMutableBase { base in
            ComputePool.current.compute { workers in
                for row in 0..<rows {
                    workers.kernels.table.pointee.softmax(base + row * columns, columns, 1 / temperature)
                }
            }
        }
        return probabilities
    }
}
