// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import Foundation
import TensorKernels
import Testing

@Suite("Vector kernels")
struct VectorKernelTests {
    static let counts = [1, 15, 16, 17, 64, 100, 576, 1536]

    /// Whether two lists agree within a fraction of the largest magnitude.
    private static func agree(_ a: [Float], _ b: [Float], within fraction: Float) -> Bool {
        let scale = max(1e-20, b.reduce(0) { max($0, abs($1)) })
        return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= fraction * scale }
    }

    @Test("RMSNorm", arguments: KernelVariant.fast, counts)
    func rmsNorm(variant: KernelVariant, count: Int) {
        var numbers = Numbers(1)
        let (x, weight) = (numbers.floats(count), numbers.floats(count))
        func run(_ kernels: Kernels) -> [Float] {
            var out = [Float](repeating: 0, count: count)
            kernels.table.pointee.rms_norm(&out, x, weight, count, 1e-5)
            return out
        }
        #expect(Self.agree(run(variant.kernels), run(KernelVariant.scalar), within: 1e-5))
    }

    @Test("SiLU times up, over the whole range of exp", arguments: KernelVariant.fast, counts)
    func silu(variant: KernelVariant, count: Int) {
        var numbers = Numbers(2)
        let gate = numbers.floats(count).map { $0 * 10 }
        let up = numbers.floats(count)
        func run(_ kernels: Kernels) -> [Float] {
            var out = [Float](repeating: 0, count: count)
            kernels.table.pointee.silu_multiply(&out, gate, up, count)
            return out
        }
        #expect(Self.agree(run(variant.kernels), run(KernelVariant.scalar), within: 1e-6))
    }

    @Test("GELU, by tanh and by its definition", arguments: KernelVariant.all, counts)
    func gelu(variant: KernelVariant, count: Int) {
        var numbers = Numbers(13)
        let x = numbers.floats(count).map { $0 * 3 }
        let up = numbers.floats(count)
        var (gated, plain) = ([Float](repeating: .nan, count: count), x)
        variant.kernels.table.pointee.gelu_multiply(&gated, x, up, count)
        let byTanh = zip(x, up).map { gate, up in
            let gate = Double(gate)
            let inner = (2 / Double.pi).squareRoot() * (gate + 0.044715 * gate * gate * gate)
            return Float(gate * 0.5 * (1 + tanh(inner)) * Double(up))
        }
        #expect(Self.agree(gated, byTanh, within: 1e-6))
        plain.withUnsafeMutableBufferPointer {
            variant.kernels.table.pointee.gelu_erf($0.baseAddress, $0.baseAddress, count)
        }
        let exact = x.map { Float(Double($0) * 0.5 * (1 + erf(Double($0) * 0.5.squareRoot()))) }
        #expect(Self.agree(plain, exact, within: 1e-6))
    }

    @Test("Layer normalisation, also of numbers far from zero", arguments: KernelVariant.all, counts)
    func layerNorm(variant: KernelVariant, count: Int) {
        var numbers = Numbers(14)
        let x = numbers.floats(count).map { $0 + 100 }
        let (weight, bias) = (numbers.floats(count), numbers.floats(count))
        var found = [Float](repeating: .nan, count: count)
        variant.kernels.table.pointee.layer_norm(&found, x, weight, bias, count, 1e-5)
        let average = x.reduce(0.0) { $0 + Double($1) } / Double(count)
        let variance = x.reduce(0.0) { $0 + (Double($1) - average) * (Double($1) - average) } / Double(count)
        let normed = x.indices.map { index in
            Float((Double(x[index]) - average) / (variance + 1e-5).squareRoot() * Double(weight[index]))
        }
        #expect(Self.agree(found, zip(normed, bias).map(+), within: 2e-5))
        var inPlace = x
        inPlace.withUnsafeMutableBufferPointer {
            variant.kernels.table.pointee.layer_norm($0.baseAddress, $0.baseAddress, weight, nil, count, 1e-5)
        }
        #expect(Self.agree(inPlace, normed, within: 2e-5))
    }

    @Test("Rotation of the two halves of a head", arguments: KernelVariant.all, [1, 15, 16, 17, 32, 40])
    func ropeHalves(variant: KernelVariant, pairs: Int) {
        var numbers = Numbers(15)
        let (x, table) = (numbers.floats(2 * pairs), numbers.floats(2 * pairs))
        var found = x
        variant.kernels.table.pointee.rope_halves(&found, table, pairs)
        let expected = x.indices.map { index in
            let pair = index % pairs
            let (a, b, cosine, sine) = (x[pair], x[pairs + pair], table[2 * pair], table[2 * pair + 1])
            return index < pairs ? a * cosine - b * sine : a * sine + b * cosine
        }
        #expect(Self.agree(found, expected, within: 1e-6))
    }

    @Test("Rotation of pairs", arguments: KernelVariant.fast, [1, 7, 8, 9, 32, 40])
    func rope(variant: KernelVariant, pairs: Int) {
        var numbers = Numbers(3)
        let (x, table) = (numbers.floats(2 * pairs), numbers.floats(2 * pairs))
        func run(_ kernels: Kernels) -> [Float] {
            var out = x
            kernels.table.pointee.rope_pairs(&out, table, pairs)
            return out
        }
        #expect(Self.agree(run(variant.kernels), run(KernelVariant.scalar), within: 1e-6))
    }

    @Test("Quantised inputs are the same in every instruction set", arguments: KernelVariant.fast)
    func quantize(variant: KernelVariant) {
        var numbers = Numbers(4)
        let rows = [numbers.floats(96), [Float](repeating: 0, count: 96), numbers.floats(96).map { $0 * 1e-30 }]
        let (expected, found) = (Activations(rows: rows), Activations(rows: rows, kernels: variant.kernels))
        var refined = 0
        for (token, block) in (0..<rows.count * 3).map({ $0.quotientAndRemainder(dividingBy: 3) }) {
            let at = 3 * token + block
            #expect(found.isRefined(token, block: block) == expected.isRefined(token, block: block))
            #expect(found.view.scales[at] == expected.view.scales[at])
            #expect(found.view.sums[at] == expected.view.sums[at])
            #expect(found.view.offsets[at] == expected.view.offsets[at])
            let columns = at * 32..<(at + 1) * 32
            #expect(columns.allSatisfy { found.view.quants[$0] == expected.view.quants[$0] })
            guard expected.isRefined(token, block: block) else { continue }
            refined += 1
            #expect(found.view.fine_offsets[at] == expected.view.fine_offsets[at])
            #expect(columns.allSatisfy { found.view.fine[$0] == expected.view.fine[$0] })
        }
        #expect(refined > 0)
    }

    @Test("Refined inputs are 200 times nearer to the exact ones than others", arguments: KernelVariant.all)
    func refinement(variant: KernelVariant) {
        var numbers = Numbers(10)
        let large = (0..<32).map { _ in Float.random(in: -30...30, using: &numbers) }
        let small = (0..<64).map { _ in Float.random(in: -1...1, using: &numbers) }
        let x = Activations(rows: [large + small], kernels: variant.kernels)
        #expect((0..<3).map { x.isRefined(0, block: $0) } == [true, false, false])
        let errors = zip(x.dequantised(0), large + small).map { abs($0 - Double($1)) }
        #expect(errors[..<32].allSatisfy { $0 <= 30.0 / 127 / 400 })
        #expect(errors[32...].allSatisfy { $0 <= 1.0 / 127 / 2 + 1e-6 })
    }

    @Test("Softmax and soft caps", arguments: KernelVariant.all, counts)
    func softmaxAndCap(variant: KernelVariant, count: Int) {
        var numbers = Numbers(16)
        let x = numbers.floats(count)
        var (weights, capped) = (x, x)
        variant.kernels.table.pointee.softmax(&weights, count, 0.7)
        let exponentials = x.map { exp(Double($0 - (x.max() ?? 0)) * 0.7) }
        let sum = exponentials.reduce(0, +)
        #expect(Self.agree(weights, exponentials.map { Float($0 / sum) }, within: 2e-6))
        variant.kernels.table.pointee.softcap(&capped, count, 5)
        #expect(Self.agree(capped, x.map { Float(5 * tanh(Double($0) / 5)) }, within: 1e-6))
    }

    @Test("Largest value and sum of exponentials", arguments: KernelVariant.fast, [1, 16, 31, 1000, 49152])
    func softmaxParts(variant: KernelVariant, count: Int) {
        var numbers = Numbers(5)
        let x = numbers.floats(count)
        let scalar = KernelVariant.scalar.table.pointee
        let kernels = variant.kernels.table.pointee
        #expect(kernels.maximum(x, count) == scalar.maximum(x, count))
        let expected = scalar.sum_exp(x, count, x.max() ?? 0, 0.7)
        #expect(abs(kernels.sum_exp(x, count, x.max() ?? 0, 0.7) - expected) <= 1e-5 * expected)
    }

    @Test("Adding, and storing as halves and floats with and without a stride", arguments: KernelVariant.all, counts)
    func addAndStore(variant: KernelVariant, count: Int) {
        var numbers = Numbers(6)
        let (x, y) = (numbers.floats(count), numbers.floats(count))
        var sum = x
        variant.kernels.table.pointee.add(&sum, y, count)
        #expect(sum == zip(x, y).map(+))
        for stride in [1, 16] {
            var halves = [UInt16](repeating: 0, count: count * stride)
            variant.kernels.table.pointee.store_halves(&halves, x, count, stride)
            var floats = [Float](repeating: 0, count: count * stride)
            variant.kernels.table.pointee.store_floats(&floats, x, count, stride)
            for (index, value) in x.enumerated() {
                #expect(halves[index * stride] == ctk_float_to_half(value))
                #expect(floats[index * stride] == value)
            }
        }
    }

    @Test("Every half survives a round trip through float, and floats round to the nearest half")
    func halves() {
        for half in UInt16.min...UInt16.max where half & 0x7C00 != 0x7C00 || half & 0x3FF == 0 {
            #expect(ctk_float_to_half(ctk_half_to_float(half)) == half)
        }
        var numbers = Numbers(8)
        for _ in 0..<10_000 {
            let value = Float(bitPattern: UInt32.random(in: 0...(.max), using: &numbers))
            guard value.isFinite, abs(value) < 65504 else { continue }
            let half = ctk_float_to_half(value)
            let error = abs(ctk_half_to_float(half) - value)
            for neighbour in [half &+ 1, half &- 1] where neighbour & 0x7C00 != 0x7C00 {
                #expect(error <= abs(ctk_half_to_float(neighbour) - value))
            }
        }
        #expect(ctk_half_to_float(ctk_float_to_half(.nan)).isNaN)
        #expect(ctk_float_to_half(1e6) == 0x7C00)
    }
}
