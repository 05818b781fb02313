// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Turns scores into probabilities that add up to one.
package func softmax(_ scores: [Double]) -> [Double] {
    let highest = scores.max() ?? 0
    // Less the highest, so that no power overflows.
    let powers = scores.map { exp(highest.isFinite ? $0 - highest : 0) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}
