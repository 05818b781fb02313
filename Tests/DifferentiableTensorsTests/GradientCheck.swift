// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import OpenAutoGLMTesting
import Testing
import _Differentiation

/// Numbers and comparisons for tests of derivatives.
enum GradientCheck {
    /// Numbers between -1 and 1, the same in every run.
    static func tensor(_ shape: [Int], seed: UInt64, scale: Float = 1) -> Tensor {
        var generator = SeededGenerator(state: seed)
        let count = shape.reduce(1, *)
        return Tensor(shape, (0..<count).map { _ in Float.random(in: -scale...scale, using: &generator) })
    }

    /// Compares a function's gradient with differences of its values.
    ///
    /// - Parameters:
    ///   - step: How far numbers are moved.
    ///   - tolerance: How far a difference may be from the derivative, of the largest derivative.
    static func check(
        _ point: Tensor, step: Float = 1e-2, tolerance: Float = 5e-3, sourceLocation: SourceLocation = #_sourceLocation,
        _ function: @differentiable(reverse) (Tensor) -> Float
    ) {
        let gradient = _Differentiation.gradient(at: point, of: function).values
        let largest = gradient.map(abs).max() ?? 0
        #expect(gradient.count == point.count && largest > 0, sourceLocation: sourceLocation)
        for index in gradient.indices {
            func value(_ offset: Float) -> Float {
                var values = point.values
                values[index] += offset
                return function(Tensor(point.shape, values))
            }
            let difference = (value(step) - value(-step)) / (2 * step)
            #expect(
                abs(difference - gradient[index]) <= tolerance * max(largest, 1e-3),
                "\(index): \(gradient[index]), by differences \(difference)", sourceLocation: sourceLocation)
        }
    }
}

extension Tensor {
    /// The sum of the numbers times weights that differ, so that each derivative is another one.
    @differentiable(reverse)
    func weighted() -> Float { zip(self.values, self.weights.values).reduce(0) { $0 + $1.0 * $1.1 } }

    @derivative(of: weighted)
    func weightedDerivative() -> (value: Float, pullback: (Float) -> Tensor) {
        let weights = self.weights
        return (self.weighted(), { weights.scaled(by: $0) })
    }

    private var weights: Tensor { GradientCheck.tensor(self.shape, seed: 77) }
}
