// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Testing
import _Differentiation

@Suite("AdamW")
struct AdamWTests {
    @Test("A step is what its authors say, on any kernels", arguments: DerivativeTests.pools.indices)
    func steps(pool: Int) {
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            var layer = Dense(weights: GradientCheck.tensor([5, 7], seed: 1), bias: GradientCheck.tensor([7], seed: 2))
            var expected = [layer.weights.values.map(Double.init), layer.bias.values.map(Double.init)]
            var moments = expected.map { $0.map { _ in (first: 0.0, second: 0.0) } }
            var optimiser = AdamW()
            optimiser.weightDecay = 0.1
            for step in 1...5 {
                let gradients = [
                    GradientCheck.tensor([5, 7], seed: UInt64(10 * step)),
                    GradientCheck.tensor([7], seed: UInt64(step)),
                ]
                // The factor is what the gradients lack.
                let halves = gradients.map { $0.scaled(by: 2) }
                optimiser.step(
                    &layer, along: .init(weights: halves[0], bias: halves[1]), rate: 0.01, times: 0.5)
                for group in 0..<2 {
                    let decay = group == 0 ? 0.1 : 0
                    for (index, gradient) in gradients[group].values.enumerated() {
                        let gradient = Double(gradient)
                        moments[group][index].first = 0.9 * moments[group][index].first + 0.1 * gradient
                        moments[group][index].second =
                            0.999 * moments[group][index].second + 0.001 * gradient * gradient
                        var (mean, square) = (0.9, 0.999)
                        for _ in 1..<step { (mean, square) = (mean * 0.9, square * 0.999) }
                        let size = (moments[group][index].second / (1 - square)).squareRoot() + 1e-8
                        expected[group][index] *= 1 - 0.01 * decay
                        expected[group][index] -= 0.01 * moments[group][index].first / (1 - mean) / size
                    }
                }
            }
            for (own, wanted) in zip([layer.weights, layer.bias], expected) {
                #expect(zip(own.values, wanted).allSatisfy { abs(Double($0) - $1) < 2e-5 })
            }
            #expect(optimiser.steps == 5)
        }
    }

    /// A layer of attention with what belongs to it.
    struct Block: ParameterGroup {
        var first: LayerNormalization
        var attention: Dense
        var joined: Dense

        @differentiable(reverse)
        func callAsFunction(_ rows: Tensor) -> Tensor {
            rows + self.joined(self.attention(self.first(rows)).attended(in: [4, 4], heads: 2))
        }

        mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
            self.first.visit(gradient.first, "\(name).first", visit)
            self.attention.visit(gradient.attention, "\(name).attention", visit)
            self.joined.visit(gradient.joined, "\(name).joined", visit)
        }
    }

    struct Network: ParameterGroup {
        var blocks: [Block]
        var classes: Dense

        @differentiable(reverse,wrt: self)
        func loss(_ rows: Tensor, _ labels: [Int]) -> Float {
            var hidden = rows
            for index in 0..<withoutDerivative(at: self.blocks.count) { hidden = self.blocks[index](hidden) }
            return self.classes(hidden).crossEntropy(labels)
        }

        mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
            self.blocks.visit(gradient.blocks, "\(name).blocks", visit)
            self.classes.visit(gradient.classes, "\(name).classes", visit)
        }
    }

    @Test("Layers that a loss does not depend on stay as they are, and keep their place among the weights")
    func unused() {
        var generator = Numbers()
        let block = Block(
            first: LayerNormalization(4), attention: Dense(4, 12, using: &generator),
            joined: Dense(4, 4, using: &generator))
        var network = Network(blocks: [block, block], classes: Dense(4, 3, using: &generator))
        let before = network
        var (gradients, names) = (0, [String]())
        for _ in 0..<2 {
            let gradient = gradient(at: network) { $0.classes.weights.weighted() + $0.classes.bias.weighted() }
            network.visit(gradient, "net") { name, weight, gradient in
                names.append(name)
                gradients += 1
                // Both layers of a block have six weights; the classes' come last.
                #expect((gradient == .zero) == ((gradients - 1) % 14 < 12))
                if gradient != .zero { weight += gradient }
            }
        }
        #expect(names[8] == "net.blocks.1.attention.weight" && names[13] == "net.classes.bias")
        #expect(Array(names.prefix(14)) == network.weights.map { "net\($0.name)" })
        #expect(gradients == 28 && network.classes.weights != before.classes.weights)
        #expect(network.blocks[1].joined.weights == before.blocks[1].joined.weights)
    }

    @Test("Layers of attention learn what the whole sequence says, the same on one thread and two")
    func learning() {
        // Each row's class is that of its sequence, which only one of its rows tells.
        var rows = GradientCheck.tensor([8, 8], seed: 3, scale: 0.1).values
        (rows[8 * 2], rows[8 * 5]) = (2, -2)
        let (input, labels) = (Tensor([8, 8], rows), [1, 1, 1, 1, 2, 2, 2, 2])
        let losses = [1, 2].map { threads in
            ComputePool.$current.withValue(ComputePool(threads: threads)) {
                var generator = Numbers()
                var network = Network(
                    blocks: (0..<2).map { _ in
                        Block(
                            first: LayerNormalization(8), attention: Dense(8, 24, using: &generator),
                            joined: Dense(8, 8, using: &generator))
                    }, classes: Dense(8, 3, using: &generator))
                var optimiser = AdamW()
                var losses: [Float] = []
                for _ in 0..<150 {
                    let (loss, gradient) = valueWithGradient(at: network) { $0.loss(input, labels) }
                    losses.append(loss)
                    optimiser.step(&network, along: gradient, rate: 0.01)
                }
                return losses
            }
        }
        #expect(losses[0][0] > 0.8 && losses[0][149] < 0.05)
        #expect(zip(losses[0], losses[1]).allSatisfy { abs($0 - $1) <= 1e-3 * max($0, 0.01) })
    }

    private struct Numbers: RandomNumberGenerator {
        private var state: UInt64 = 9

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ self.state >> 31
        }
    }
}
