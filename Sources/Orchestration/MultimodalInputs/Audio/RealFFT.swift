// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The power spectra of four real signals at a time.
///
/// Each lane of a vector holds a signal, so that every step works on whole vectors. The signals are taken as half as many
/// complex numbers, transformed by radix 2 with decimation in time, and taken apart (W. Press et al.: Numerical Recipes,
/// 12.3).
struct RealFFT {
    typealias Lanes = SIMD4<Double>

    /// How many samples a signal has, a power of two.
    let length: Int
    private let half: Int
    /// Where each complex number is put before the first step.
    private let order: [Int]
    /// cos and -sin of 2πk / length.
    private let cosines: [Double]
    private let sines: [Double]

    /// Prepares transforms.
    ///
    /// - Parameter length: A power of two from 4 on.
    init(length: Int) {
        self.length = length
        let half = length / 2
        self.half = half
        let bits = half.trailingZeroBitCount
        self.order = (0..<half).map { index in
            (0..<bits).reduce(0) { $0 | ((index >> $1) & 1) << (bits - 1 - $1) }
        }
        let angles = (0..<half).map { 2 * Double.pi * Double($0) / Double(length) }
        self.cosines = angles.map { Double.cos($0) }
        self.sines = angles.map { -Double.sin($0) }
    }

    /// Computes the squares of a spectrum's magnitudes.
    ///
    /// - Parameters:
    ///   - signal: As many vectors as the length.
    ///   - power: Where `length / 2 + 1` vectors are written.
    ///   - scratch: As many vectors as the length, which are overwritten.
    func power(
        of signal: UnsafeBufferPointer<Lanes>, into power: UnsafeMutableBufferPointer<Lanes>,
        scratch: UnsafeMutableBufferPointer<Lanes>
    ) {
        let real = UnsafeMutableBufferPointer(rebasing: scratch[..<self.half])
        let imaginary = UnsafeMutableBufferPointer(rebasing: scratch[self.half...])
        self.order.withUnsafeBufferPointer { order in
            for index in 0..<self.half {
                real[order[index]] = signal[2 * index]
                imaginary[order[index]] = signal[2 * index + 1]
            }
        }
        self.transform(real, imaginary)
        self.separate(real, imaginary, power)
    }

    private func transform(
        _ real: UnsafeMutableBufferPointer<Lanes>, _ imaginary: UnsafeMutableBufferPointer<Lanes>
    ) {
        var size = 1
        while size < self.half {
            let step = self.half / size
            for offset in 0..<size {
                let (c, s) = (
                    Lanes(repeating: self.cosines[offset * step]), Lanes(repeating: self.sines[offset * step])
                )
                var low = offset
                while low < self.half {
                    let high = low &+ size
                    let (a, b) = (real[high], imaginary[high])
                    let (x, y) = (a * c - b * s, a * s + b * c)
                    let (p, q) = (real[low], imaginary[low])
                    real[high] = p - x
                    imaginary[high] = q - y
                    real[low] = p + x
                    imaginary[low] = q + y
                    low = high &+ size
                }
            }
            size *= 2
        }
    }

    /// Takes the spectrum of the even samples and that of the odd ones apart, and adds them up.
    private func separate(
        _ real: UnsafeMutableBufferPointer<Lanes>, _ imaginary: UnsafeMutableBufferPointer<Lanes>,
        _ power: UnsafeMutableBufferPointer<Lanes>
    ) {
        let (first, second) = (real[0] + imaginary[0], real[0] - imaginary[0])
        power[0] = first * first
        power[self.half] = second * second
        for k in 1..<self.half {
            let n = self.half - k
            let evenReal = (real[k] + real[n]) * 0.5
            let evenImaginary = (imaginary[k] - imaginary[n]) * 0.5
            let oddReal = (imaginary[k] + imaginary[n]) * 0.5
            let oddImaginary = (real[n] - real[k]) * 0.5
            let (c, s) = (Lanes(repeating: self.cosines[k]), Lanes(repeating: self.sines[k]))
            let x = evenReal + oddReal * c - oddImaginary * s
            let y = evenImaginary + oddReal * s + oddImaginary * c
            power[k] = x * x + y * y
        }
    }
}
