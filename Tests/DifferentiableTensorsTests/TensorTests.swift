// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Testing
import _Differentiation

@Suite("Tensors")
struct TensorTests {
    @Test("A copy does not change with its original")
    func copies() {
        var sum = Tensor([2], [1, 2])
        let copy = sum
        sum += Tensor([2], [10, 20])
        #expect(copy.values == [1, 2] && sum.values == [11, 22])
    }

    @Test("The zero of every shape changes nothing")
    func zero() {
        let x = Tensor([2], [1, 2])
        #expect(x + .zero == x && .zero + x == x && x - .zero == x && (Tensor.zero - x).values == [-1, -2])
        #expect((Tensor.zero + .zero).values == [0])
    }

    @Test("Memory that waits is not mixed up with what is in use")
    func memory() {
        var kept: [Tensor] = []
        for index in 0..<200 {
            kept.append(Tensor([1000 + index % 3], repeating: Float(index)))
            if index % 2 == 1 { kept.remove(at: kept.count / 2) }
        }
        #expect(kept.allSatisfy { tensor in tensor.values.allSatisfy { $0 == tensor.values[0] } })
        #expect(Set(kept.map { $0.values[0] }).count == kept.count)
    }
}

@Suite("Layers in 8 bits")
struct QuantizedLayerTests {
    @Test("They give nearly what the layer gives, on one thread and two", arguments: DerivativeTests.pools.indices)
    func near(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            let layer = Dense(
                weights: GradientCheck.tensor([96, 48], seed: 1), bias: GradientCheck.tensor([48], seed: 2))
            let rows = GradientCheck.tensor([7, 96], seed: 3)
            let (exact, quantized) = (layer(rows), layer.quantize()(rows))
            #expect(quantized.shape == [7, 48] && quantized != exact)
            // Each product is a sum of 96 numbers of up to 1 with errors of up to 1/127 of their block's largest.
            #expect(zip(exact.values, quantized.values).allSatisfy { abs($0 - $1) < 0.1 })
            let gradient = gradient(at: layer.quantize()) { $0(rows).weighted() }
            #expect(gradient.weights == .zero && gradient.bias.count == 48)
        }
    }

    @Test("A layer whose sizes are no whole blocks stays as it is", arguments: [[31, 16], [32, 15]])
    func sizes(shape: [Int]) {
        let layer = Dense(weights: GradientCheck.tensor(shape, seed: 1), bias: Tensor([shape[1]], repeating: 0))
        let rows = GradientCheck.tensor([3, shape[0]], seed: 3)
        #expect(layer.quantize()(rows) == layer(rows))
        #expect(QuantizedMatrix(layer.weights) == nil)
    }

    @Test("Numbers that are none are not quantised")
    func infinite() { #expect(QuantizedMatrix(Tensor([32, 16], repeating: .infinity)) == nil) }
}
