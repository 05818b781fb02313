// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension RotaryEmbedding.Configuration {
    /// How much larger YaRN makes turned vectors for a factor, unless the model says it.
    static func yarnMagnitude(_ factor: Float, _ part: Float? = nil, _ all: Float? = nil) -> Float {
        func magnitude(_ weight: Float) -> Float { factor <= 1 ? 1 : 0.1 * weight * logf(factor) + 1 }
        guard let part, let all, part != 0, all != 0 else { return magnitude(1) }
        return magnitude(part) / magnitude(all)
    }

    /// How much larger LongRoPE makes turned vectors for a factor, unless the model says it.
    static func longMagnitude(_ factor: Float, _ original: Float) -> Float {
        factor <= 1 ? 1 : (1 + logf(factor) / logf(original)).squareRoot()
    }
}
