// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A learning rate that rises in a line, then falls to nothing along a cosine (Loshchilov and Hutter, 2017).
package struct LearningRateSchedule: Sendable {
    /// The highest rate.
    package let peak: Float
    /// How many steps it rises.
    package let warmUp: Int
    /// How many steps there are.
    package let steps: Int

    /// Plans a training.
    package init(peak: Float, warmUp: Int, steps: Int) { (self.peak, self.warmUp, self.steps) = (peak, warmUp, steps) }

    /// The rate of a step.
    ///
    /// - Parameter step: From 0.
    package func rate(at step: Int) -> Float {
        if step < self.warmUp { return self.peak * Float(step + 1) / Float(self.warmUp) }
        let done = Double(step - self.warmUp) / Double(max(1, self.steps - self.warmUp))
        return self.peak * Float(0.5 + 0.5 * cos(Double.pi * min(1, done)))
    }
}
