// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import TensorKernels
import Testing
import _Differentiation

@Suite("Derivatives of tensors")
struct DerivativeTests {
    /// Every kind of kernels, on one thread and on two.
    static let pools = Kernels.available.flatMap { kernels in
        [1, 2].map { ComputePool(threads: $0, kernels: kernels) }
    }

    @Test("They are what differences of values are, whoever computes", arguments: pools.indices)
    func derivatives(pool: Int) {
        ComputePool.$current.withValue(Self.pools[pool]) {
            let (x, y) = (GradientCheck.tensor([3, 5], seed: 1), GradientCheck.tensor([3, 5], seed: 2))
            GradientCheck.check(x) { ($0 + y).weighted() }
            GradientCheck.check(x) { (y - $0.scaled(by: 3)).weighted() }
            GradientCheck.check(GradientCheck.tensor([5], seed: 3)) { x.adding(toRows: $0).weighted() }
            GradientCheck.check(x) { $0.adding(toRows: Tensor([5], repeating: 2)).weighted() }
            let matrix = GradientCheck.tensor([5, 4], seed: 4)
            GradientCheck.check(x) { $0.times(matrix).weighted() }
            GradientCheck.check(matrix) { x.times($0).weighted() }
            GradientCheck.check(GradientCheck.tensor([4, 19], seed: 5, scale: 3)) { $0.gelu().weighted() }
            GradientCheck.check(x) { $0.crossEntropy([4, 0, 2]) }
            let teacher = GradientCheck.tensor(x.shape, seed: 7, scale: 3)
            GradientCheck.check(x) { $0.divergence(from: teacher, temperature: 2) }
            GradientCheck.check(GradientCheck.tensor([6, 3], seed: 6)) { $0.gathering([5, 0, 5, 2]).weighted() }
            var rows = WeightedRows()
            for row in [[(5, 0.5), (0, -2), (5, 1)], [], [(2, 3)]] as [[(Int32, Float)]] {
                rows.append(row.map { (row: $0, weight: $1) })
            }
            GradientCheck.check(GradientCheck.tensor([6, 3], seed: 8)) { $0.adding(rows).weighted() }
            let sums = Tensor([3, 2], [1, 2, 3, 4, 5, 6]).adding(
                {
                    var rows = WeightedRows()
                    rows.append([(row: 2, weight: 2), (row: 0, weight: -1)])
                    rows.append([])
                    return rows
                }())
            #expect(sums == Tensor([2, 2], [9, 10, 0, 0]))
        }
    }

    @Test("Those of attention between tensors, of groups, gates and stacks are", arguments: pools.indices)
    func graphs(pool: Int) {
        ComputePool.$current.withValue(Self.pools[pool]) {
            let (queries, memory) = (GradientCheck.tensor([5, 4], seed: 1), GradientCheck.tensor([6, 8], seed: 2))
            var spans = AttentionSpans()
            spans.append(visible: [0, 1, 3], of: 3)
            spans.append(visible: [3, 2], of: 3)
            GradientCheck.check(queries) { $0.attending(to: memory, spans, heads: 2).weighted() }
            GradientCheck.check(memory) { queries.attending(to: $0, spans, heads: 2).weighted() }
            #expect(queries.attending(to: memory, spans, heads: 2).values.prefix(4) == [0, 0, 0, 0])
            var groups = RowGroups()
            for group in [[0, 4], [], [2], [1, 1, 3]] { groups.append(group) }
            GradientCheck.check(queries) { $0.pooling(groups).weighted() }
            let other = GradientCheck.tensor([5, 4], seed: 3, scale: 2)
            GradientCheck.check(queries) { $0.gated(by: other).weighted() }
            GradientCheck.check(other) { queries.gated(by: $0).weighted() }
            GradientCheck.check(other) { queries.stacked(on: $0).weighted() }
            GradientCheck.check(queries) { $0.stacked(on: other).weighted() }
            GradientCheck.check(other) { queries.times(rowsOf: $0).weighted() }
        }
    }

    @Test("A row that sees nothing to copy says what it would say alone, and what may be copied is its own or copied")
    func copies() {
        let logits = GradientCheck.tensor([2, 5], seed: 4, scale: 3)
        var (spans, matches) = (AttentionSpans(), CopyMatches())
        spans.append(visible: [0, 2], of: 2)
        matches.append(read: [1, 3], sources: [3, 4], names: [0, 0])
        let distribution = CopyDistribution(
            logits: logits, queries: GradientCheck.tensor([2, 4], seed: 5),
            keys: GradientCheck.tensor([2, 4], seed: 6),
            gates: Tensor([2, 1], repeating: 20), continuation: Tensor([9], [0, 0, 0, 0, 0, 9, 0, 0, 0]), spans,
            sources: [3, 4], matches: matches)
        let alone = logits.softmax().values
        let parts = [0, 1].map { distribution.parts(ofRow: $0) }
        #expect(parts[0].copied.isEmpty && zip(parts[0].own, alone).allSatisfy { abs($0 - $1) < 1e-6 })
        // The gate is open, and what was read goes on with the second place.
        #expect(parts[1].own.allSatisfy { $0 < 1e-6 } && parts[1].copied[1] > 0.99)
        #expect(abs(parts[1].own[4] + parts[1].copied[1] - 1) < 0.01)
    }

    @Test("Those of layer normalisation are, for the row, the weight and the bias", arguments: pools.indices)
    func layerNorm(pool: Int) {
        ComputePool.$current.withValue(Self.pools[pool]) {
            let x = GradientCheck.tensor([3, 19], seed: 1, scale: 2)
            let (weight, bias) = (GradientCheck.tensor([19], seed: 2), GradientCheck.tensor([19], seed: 3))
            GradientCheck.check(x) { $0.normalized(weight: weight, bias: bias).weighted() }
            GradientCheck.check(weight) { x.normalized(weight: $0, bias: bias).weighted() }
            GradientCheck.check(bias) { x.normalized(weight: weight, bias: $0).weighted() }
        }
    }

    /// A few layers, as models have them.
    struct Network: Differentiable {
        var table: Tensor
        var layers: [Layer]

        struct Layer: Differentiable {
            var weights: Tensor
            var bias: Tensor

            @differentiable(reverse)
            func callAsFunction(_ input: Tensor) -> Tensor {
                input + input.times(self.weights).adding(toRows: self.bias).gelu()
            }
        }

        @differentiable(reverse,wrt: self)
        func loss(_ rows: [Int], _ classes: [Int]) -> Float {
            var hidden = self.table.gathering(rows)
            for index in 0..<withoutDerivative(at: self.layers.count) { hidden = self.layers[index](hidden) }
            return hidden.crossEntropy(classes)
        }
    }

    @Test("Arrays of layers are differentiated as a whole, and learn")
    func learning() {
        var network = Network(
            table: GradientCheck.tensor([4, 8], seed: 1),
            layers: (0..<3).map { layer in
                .init(
                    weights: GradientCheck.tensor([8, 8], seed: UInt64(10 + layer), scale: 0.4),
                    bias: Tensor([8], repeating: 0))
            })
        let (rows, classes) = ([0, 1, 2, 3], [3, 2, 1, 7])
        let first = network.loss(rows, classes)
        for _ in 0..<60 {
            var step = gradient(at: network) { $0.loss(rows, classes) }
            step.table = step.table.scaled(by: -0.5)
            for index in step.layers.base.indices {
                step.layers.base[index].weights = step.layers.base[index].weights.scaled(by: -0.5)
                step.layers.base[index].bias = step.layers.base[index].bias.scaled(by: -0.5)
            }
            network.move(by: step)
        }
        #expect(first > 1 && network.loss(rows, classes) < 0.05)
    }
}
