// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
package import LLMCore
internal import OrderedCollections
package import _Differentiation

/// Steps of training that several processes make together, each with its part of a step's examples; a process may read its part in
/// portions, so that less memory is needed.
///
/// A step comes to the same whatever the number of processes and portions, but for rounding.
package final class DataParallel: Sendable {
    /// What a step came to, the same in all processes.
    package struct Step {
        /// The mean loss of all examples.
        package let loss: Double
        /// The gradients of the weights, in their order.
        package let gradients: [Tensor]
        /// The sums of what the processes had to say.
        package let signals: [Float]
    }

    /// The processes.
    package let group: any ProcessGroup
    /// In how many portions a process reads its part.
    package let portions: Int
    /// As what gradients travel.
    package let type: GradientType
    /// At how many bytes a bucket of gradients leaves.
    package let bucketBytes: Int
    private let exchange: GradientExchange

    /// The usual size of a bucket.
    package static let usualBucketBytes = 1 << 20

    /// Prepares steps.
    ///
    /// - Parameters:
    ///   - group: The processes.
    ///   - portions: In how many portions a process reads its part of a step.
    ///   - type: As what gradients travel.
    ///   - bucketBytes: At how many bytes a bucket of gradients leaves.
    package init(
        _ group: any ProcessGroup = LoneProcess(), portions: Int = 1, as type: GradientType = .f32,
        bucketBytes: Int = usualBucketBytes
    ) {
        (self.group, self.portions, self.type, self.bucketBytes) = (group, portions, type, bucketBytes)
        self.exchange = GradientExchange(group, as: type, bucketBytes: bucketBytes)
    }

    /// Whether there are other processes.
    package var isShared: Bool { self.group.size > 1 }

    /// What exchanging gradients has cost so far.
    package var statistics: ExchangeStatistics { self.exchange.statistics }

    /// The processes and what their exchange has cost, as reports have it; null for one process that reads a step at once.
    package var json: JSONValue {
        guard self.isShared || self.portions > 1 else { return .null }
        return .object([
            "processes": .integer(self.group.size), "accumulate": .integer(self.portions),
            "gradient_type": .string(self.type.rawValue), "bucket_bytes": .integer(self.bucketBytes),
            "exchange": self.isShared ? self.statistics.json : .null,
        ])
    }

    /// Computes a step's gradients.
    ///
    /// - Parameters:
    ///   - model: The model, which is the same in all processes.
    ///   - costs: What each example of the step costs, the same in all processes.
    ///   - weights: How much each example counts in the mean; nil where all count the same.
    ///   - touched: For tables of which the step reads a few rows, which ones, by the table's name.
    ///   - signals: What this process has to say, as many numbers in each; asked as late as possible.
    ///   - pass: The mean loss of some of the examples, and what gives its gradients; the model announces its parts in it.
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func step<Model: ParameterGroup>(
        _ model: Model, costs: [Int], weights: [Int]? = nil, touched: [String: [Int]] = [:], signals: () -> [Float],
        _ pass: (Range<Int>) -> (value: Float, pullback: (Float) -> Model.TangentVector)
    ) throws -> Step {
        guard self.isShared || self.portions > 1 else {
            let (loss, pullback) = pass(costs.indices)
            return Step(loss: Double(loss), gradients: model.gradients(in: pullback(1)), signals: signals())
        }
        let own = WorkParts.cut(costs, into: self.group.size)[self.group.rank]
        let portions = WorkParts.cut(costs[own], into: self.portions).filter { !$0.isEmpty }
            .map { $0.lowerBound + own.lowerBound..<$0.upperBound + own.lowerBound }
        let total = weights?.reduce(0, +) ?? costs.count
        self.exchange.begin(model.weights, touched: touched)
        var loss = 0.0
        var header = SmallSum(self.group)
        for (index, portion) in portions.enumerated() {
            let share = Float(weights.map { $0[portion].reduce(0, +) } ?? portion.count) / Float(max(1, total))
            let (value, pullback) = GradientListening.$current.withValue(self.exchange) { pass(portion) }
            loss += Double(value * share)
            let isLast = index == portions.count - 1
            if isLast { try header.start([Float(loss)] + signals()) }
            self.exchange.expect(isLast: isLast)
            _ = pullback(share)
        }
        if portions.isEmpty { try header.start([0] + signals()) }
        let gradients = try self.exchange.finish()
        let sums = try header.finish()
        return Step(loss: Double(sums[0]), gradients: gradients, signals: Array(sums.dropFirst()))
    }
}

/// A few numbers that are summed beside the gradients, always in float32.
private struct SmallSum {
    private let group: any ProcessGroup
    private var memory = FloatMemory(0)
    private var transfer: (any Transfer)?

    init(_ group: any ProcessGroup) { self.group = group }

    mutating func start(_ numbers: [Float]) throws {
        self.memory = FloatMemory(numbers.count)
        self.memory.base.update(from: numbers, count: numbers.count)
        self.transfer = try self.group.startSum(
            UnsafeMutableBufferPointer(start: self.memory.base, count: numbers.count))
    }

    mutating func finish() throws -> [Float] {
        try self.transfer?.wait()
        return Array(UnsafeBufferPointer(start: self.memory.base, count: self.memory.count))
    }
}
