// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Random values of some distributions, from any generator.
package enum Variates {
    /// A number from 0 up to, but not including, 1.
    package static func unit(using generator: inout some RandomNumberGenerator) -> Double {
        Double(generator.next() >> 11) * 0x1p-53
    }

    /// A standard normal value (Marsaglia's polar method).
    package static func normal(using generator: inout some RandomNumberGenerator) -> Double {
        while true {
            let x = 2 * self.unit(using: &generator) - 1
            let y = 2 * self.unit(using: &generator) - 1
            let square = x * x + y * y
            if square > 0, square < 1 { return x * (-2 * Double.log(square) / square).squareRoot() }
        }
    }

    /// A gamma value of scale 1 (Marsaglia and Tsang 2000).
    ///
    /// - Parameter shape: More than 0.
    package static func gamma(_ shape: Double, using generator: inout some RandomNumberGenerator) -> Double {
        guard shape >= 1 else {
            let power = Double.pow(1 - self.unit(using: &generator), 1 / shape)
            return self.gamma(shape + 1, using: &generator) * power
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = self.normal(using: &generator)
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            let u = 1 - self.unit(using: &generator)
            if Double.log(u) < 0.5 * x * x + d * (1 - v + .log(v)) { return d * v }
        }
    }

    /// A beta value.
    package static func beta(_ a: Double, _ b: Double, using generator: inout some RandomNumberGenerator) -> Double {
        let (x, y) = (self.gamma(a, using: &generator), self.gamma(b, using: &generator))
        return x + y > 0 ? x / (x + y) : 0.5
    }
}
