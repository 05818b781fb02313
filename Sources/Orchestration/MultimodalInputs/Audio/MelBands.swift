// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Triangles over a spectrum, each a band, evenly spread over the mel scale.
struct MelBands: Sendable {
    /// A band's weights from its first bin on.
    struct Band: Sendable {
        var first: Int
        var weights: [Double]
    }

    let bands: [Band]

    init(_ settings: SpectralSettings) {
        let bins = settings.transformLength / 2 + 1
        let resolution = Double(settings.rate) / Double(settings.transformLength)
        let highest = settings.highest ?? Double(settings.rate) / 2
        let (low, high) = (Self.mel(settings.lowest, settings.scale), Self.mel(highest, settings.scale))
        let edges = (0..<settings.bands + 2).map {
            Self.frequency(low + (high - low) * Double($0) / Double(settings.bands + 1), settings.scale)
        }
        self.bands = (0..<settings.bands).map { index in
            let (left, middle, right) = (edges[index], edges[index + 1], edges[index + 2])
            let norm = settings.scale == .slaney ? 2 / (right - left) : 1
            let weights = (0..<bins).map { bin in
                let frequency = Double(bin) * resolution
                let rise = (frequency - left) / (middle - left)
                let fall = (right - frequency) / (right - middle)
                return max(0, min(rise, fall)) * norm
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? first - 1
            return Band(first: first, weights: Array(weights[first..<last + 1]))
        }
    }

    private static let kink = 1_000.0
    private static let slope = 3.0 / 200
    private static let logStep = Double.log(6.4) / 27

    private static func mel(_ frequency: Double, _ scale: SpectralSettings.MelScale) -> Double {
        switch scale {
        case .htk: 2_595 * Double.log10(1 + frequency / 700)
        case .slaney where frequency < Self.kink: frequency * Self.slope
        case .slaney: Self.kink * Self.slope + Double.log(frequency / Self.kink) / Self.logStep
        }
    }

    private static func frequency(_ mel: Double, _ scale: SpectralSettings.MelScale) -> Double {
        let edge = Self.kink * Self.slope
        return switch scale {
        case .htk: 700 * (Double.pow(10, mel / 2_595) - 1)
        case .slaney where mel < edge: mel / Self.slope
        case .slaney: Self.kink * Double.exp(Self.logStep * (mel - edge))
        }
    }
}
