// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension RotaryEmbedding.Configuration {
    /// Changes the frequencies as the scaling says.
    func scale(_ frequencies: inout [Float], contextLength: Int) {
        switch self.scaling {
        case .none: break
        case .linear(let factor): for pair in frequencies.indices { frequencies[pair] /= factor }
        case .llama3(let factor, let low, let high, let original):
            for pair in frequencies.indices {
                frequencies[pair] = Self.llama3(frequencies[pair], factor, low: low, high: high, original: original)
            }
        case .yarn(let factor, let original, let fast, let slow, let truncates):
            let (start, end) = self.yarnRange(original: original, fast: fast, slow: slow, truncates: truncates)
            for pair in frequencies.indices {
                let slowness = min(1, max(0, (Float(pair) - start) / (end - start)))
                frequencies[pair] *= slowness / factor + (1 - slowness)
            }
        case .long(let short, let long, let original):
            guard let divisors = contextLength > original ? long : short else { break }
            for pair in frequencies.indices { frequencies[pair] /= divisors[pair] }
        }
    }

    /// A pair's frequency: kept where a turn is short, divided where it is long, blended between.
    private static func llama3(_ frequency: Float, _ factor: Float, low: Float, high: Float, original: Float) -> Float {
        let wavelength = 2 * Float.pi / frequency
        if wavelength < original / high { return frequency }
        if wavelength > original / low { return frequency / factor }
        let smooth = (original / wavelength - low) / (high - low)
        return (1 - smooth) * frequency / factor + smooth * frequency
    }

    /// Between which pairs frequencies are blended: those that turn `fast` and `slow` times over the original length.
    private func yarnRange(original: Float, fast: Float, slow: Float, truncates: Bool) -> (Float, Float) {
        let dimensions = Float(self.dimensionCount)
        func pair(turning turns: Float) -> Float {
            dimensions * logf(original / (turns * 2 * .pi)) / (2 * logf(self.base))
        }
        var (start, end) = (pair(turning: fast), pair(turning: slow))
        if truncates { (start, end) = (start.rounded(.down), end.rounded(.up)) }
        (start, end) = (max(start, 0), min(end, dimensions - 1))
        return start == end ? (start, end + 0.001) : (start, end)
    }
}
