// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import Testing
import _Differentiation

/// What PyTorch says of operations (`scripts/reference-gradients.py` writes it).
private struct Reference: Decodable {
    struct Numbers: Decodable {
        let shape: [Int]
        let values: [Float]

        var tensor: Tensor { Tensor(self.shape, self.values) }
    }

    struct Case: Decodable {
        let name: String
        let inputs: [Numbers]
        let output: Numbers
        let weights: Numbers
        let gradients: [Numbers]
        let rows: [Int]?
        let classes: [Int]?
        let lengths: [Int]?
        let heads: Int?
        let visible: [[Int]]?
        let keys: [Int]?
        let groups: [[Int]]?
        let teacher: Numbers?
        let temperature: Float?
    }

    struct Steps: Decodable {
        struct Step: Decodable {
            let gradients: [Numbers]
            let weights: [Numbers]
        }

        let weights: [Numbers]
        let rate: Float
        let weightDecay: Float
        let longest: Float
        let steps: [Step]
    }

    let cases: [Case]
    let adamw: Steps

    static let written: Result<Reference, any Error> = Result {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/pytorch", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Reference.self, from: Data(contentsOf: url))
    }
}

@Suite("Operations as PyTorch computes them")
struct ReferenceTests {
    private static let names = [
        "product", "gelu", "layer_norm", "embedding", "cross_entropy", "divergence", "attention", "summary",
        "attending", "pooling", "gated", "product_of_rows", "copying",
    ]

    @Test("Values and gradients are the same, on any kernels", arguments: names, DerivativeTests.pools.indices)
    func operations(name: String, pool: Int) throws {
        let reference = try #require(Reference.written.get().cases.first { $0.name == name })
        try ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            let (output, gradients) = try self.computed(reference)
            self.compare(output, reference.output, name)
            #expect(gradients.count == reference.gradients.count)
            for (own, wanted) in zip(gradients, reference.gradients) { self.compare(own, wanted, name) }
        }
    }

    private func compare(_ own: Tensor, _ wanted: Reference.Numbers, _ name: String) {
        let largest = wanted.values.map(abs).max() ?? 0
        #expect(own.count == wanted.values.count)
        for (value, expected) in zip(own.values, wanted.values) {
            #expect(abs(value - expected) <= 2e-5 * max(1, largest), "\(name): \(value), \(expected)")
        }
    }

    /// What the operation gives, and the gradients of its inputs for the output's gradient.
    private func computed(_ reference: Reference.Case) throws -> (Tensor, [Tensor]) {
        let (inputs, above) = (reference.inputs.map(\.tensor), reference.weights.tensor)
        let (lengths, heads) = (reference.lengths ?? [], reference.heads ?? 1)
        func one(_ function: @differentiable(reverse) (Tensor) -> Tensor) -> (Tensor, [Tensor]) {
            let (value, pullback) = valueWithPullback(at: inputs[0], of: function)
            return (value, [pullback(above)])
        }
        func two(_ function: @differentiable(reverse) (Tensor, Tensor) -> Tensor) -> (Tensor, [Tensor]) {
            let (value, pullback) = valueWithPullback(at: inputs[0], inputs[1], of: function)
            let gradients = pullback(above)
            return (value, [gradients.0, gradients.1])
        }
        func number(_ function: @differentiable(reverse) (Tensor) -> Float) -> (Tensor, [Tensor]) {
            let (value, pullback) = valueWithPullback(at: inputs[0], of: function)
            return (Tensor(value), [pullback(above.values[0])])
        }
        switch reference.name {
        case "product": return two { $0.times($1) }
        case "gelu": return one { $0.gelu() }
        case "layer_norm":
            let (value, pullback) = valueWithPullback(at: inputs[0], inputs[1], inputs[2]) {
                $0.normalized(weight: $1, bias: $2)
            }
            let gradients = pullback(above)
            return (value, [gradients.0, gradients.1, gradients.2])
        case "embedding":
            let rows = try #require(reference.rows)
            return one { $0.gathering(rows) }
        case "cross_entropy":
            let classes = try #require(reference.classes)
            return number { $0.crossEntropy(classes) }
        case "divergence":
            let (teacher, temperature) = try (#require(reference.teacher).tensor, #require(reference.temperature))
            return number { $0.divergence(from: teacher, temperature: temperature) }
        case "attention": return one { $0.attended(in: lengths, heads: heads) }
        case "summary": return two { $0.summary(of: $1, in: lengths, heads: heads) }
        case "attending":
            var spans = AttentionSpans()
            for (visible, keys) in try zip(#require(reference.visible), #require(reference.keys)) {
                spans.append(visible: visible, of: keys)
            }
            return two { $0.attending(to: $1, spans, heads: heads) }
        case "pooling":
            var groups = RowGroups()
            for group in try #require(reference.groups) { groups.append(group) }
            return one { $0.pooling(groups) }
        case "gated": return two { $0.gated(by: $1) }
        case "product_of_rows": return two { $0.times(rowsOf: $1) }
        case "copying": return try self.copying(reference, inputs, above)
        default: throw CancellationError()
        }
    }

    private func copying(_ reference: Reference.Case, _ inputs: [Tensor], _ above: Tensor) throws -> (Tensor, [Tensor])
    {
        let (classes, sources) = try (#require(reference.classes), #require(reference.rows))
        var matches = CopyMatches()
        // What is read before the last row is what the places before the last hold: the match grows from row to row.
        matches.append(read: [2, 4, 0], sources: sources[...], names: [0, 0, 0, 0])
        // There as many numbers as lengths; here those that match all of a name have their own.
        let lengths = (0..<CopyMatches.kinds).map { $0 > CopyMatches.longest ? $0 - CopyMatches.longest : $0 }
        let continuation = Tensor([CopyMatches.kinds], lengths.map { inputs[4].values[$0] })
        let distribution = CopyDistribution(
            logits: inputs[0], queries: inputs[1], keys: inputs[2], gates: inputs[3], continuation: continuation,
            AttentionSpans(queries: 3, keys: 4), sources: sources, matches: matches)
        let (value, pullback) = valueWithPullback(at: distribution) { $0.crossEntropy(classes) }
        let gradient = pullback(above.values[0])
        var slopes = [Float](repeating: 0, count: inputs[4].count)
        for (kind, length) in lengths.enumerated() { slopes[length] += gradient.continuation.values[kind] }
        return (
            Tensor(value),
            [gradient.logits, gradient.queries, gradient.keys, gradient.gates, Tensor(inputs[4].shape, slopes)]
        )
    }

    @Test(
        "Steps of AdamW with shortened gradients are the same, on any kernels", arguments: DerivativeTests.pools.indices
    )
    func steps(pool: Int) throws {
        let reference = try Reference.written.get().adamw
        ComputePool.$current.withValue(DerivativeTests.pools[pool]) {
            var layer = Dense(weights: reference.weights[0].tensor, bias: reference.weights[1].tensor)
            var optimiser = AdamW()
            optimiser.weightDecay = reference.weightDecay
            for step in reference.steps {
                let gradient = Dense.TangentVector(weights: step.gradients[0].tensor, bias: step.gradients[1].tensor)
                let norm = layer.norm(of: gradient)
                #expect(norm > reference.longest)
                optimiser.step(&layer, along: gradient, rate: reference.rate, times: reference.longest / norm)
                self.compare(layer.weights, step.weights[0], "weights")
                self.compare(layer.bias, step.weights[1], "bias")
            }
        }
    }
}
