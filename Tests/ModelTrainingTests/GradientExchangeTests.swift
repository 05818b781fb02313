// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import ModelTraining
import Synchronization
import Testing

@Suite("Exchanging gradients")
struct GradientExchangeTests {
    /// Another process that always has the same, whose sums are there at once; remembers how many numbers were summed together.
    final class Echo: ProcessGroup {
        struct Done: Transfer {
            mutating func poll() -> Bool { true }
            mutating func wait() {}
        }

        let (rank, size) = (0, 2)
        let sums = Mutex<[Int]>([])

        func startSum(_ numbers: UnsafeMutableBufferPointer<Float>) -> any Transfer {
            for index in numbers.indices { numbers[index] *= 2 }
            self.sums.withLock { $0.append(numbers.count) }
            return Done()
        }

        func startExchange(_ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer) -> any Transfer {
            let part = sent.count / 2
            for other in 0..<2 {
                UnsafeMutableRawBufferPointer(rebasing: received[other * part..<(other + 1) * part])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: sent[..<part]))
            }
            return Done()
        }

        func startGathering(_ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer) -> any Transfer {
            Done()
        }

        func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {}

        func leave() {}
    }

    private let weights = [
        ("table", Tensor([5, 2], repeating: 0)), ("a", Tensor([4], repeating: 0)), ("b", Tensor([6], repeating: 0)),
    ].map { (name: $0, weight: $1) }

    private func hear(_ exchange: GradientExchange, _ index: Int, _ value: Float) {
        let weight = self.weights[index].weight
        exchange.hear(Tensor(weight.shape, repeating: value), of: weight.identity)
    }

    @Test("Buckets leave as soon as they are full, the last weights first, whoever is heard of first")
    func buckets() throws {
        let group = Echo()
        let exchange = GradientExchange(group, bucketBytes: 24)
        exchange.begin(self.weights)
        exchange.expect(isLast: true)
        self.hear(exchange, 1, 1)
        #expect(group.sums.withLock { $0 } == [])
        self.hear(exchange, 2, 2)
        #expect(group.sums.withLock { $0 } == [6, 4])
        self.hear(exchange, 0, 3)
        let gradients = try exchange.finish()
        #expect(group.sums.withLock { $0 } == [6, 4, 10])
        #expect(gradients.map(\.values) == [(6, 10), (2, 4), (4, 6)].map { Array(repeating: Float($0), count: $1) })
        let statistics = exchange.statistics
        #expect(statistics.steps == 1 && statistics.bytes == 80 && statistics.overlap == 1)
    }

    @Test(
        "Portions are added up before they leave; of a table the rows that were read are sent, and what is not heard of is zero"
    )
    func portions() throws {
        let group = Echo()
        let exchange = GradientExchange(group, bucketBytes: 1 << 20)
        for _ in 0..<2 {
            exchange.begin(self.weights, touched: ["table": [1, 4]])
            for (isLast, value) in [(false, Float(1)), (true, 2)] {
                exchange.expect(isLast: isLast)
                self.hear(exchange, 2, value)
                self.hear(exchange, 0, value)
            }
            #expect(group.sums.withLock { $0 }.isEmpty || exchange.statistics.steps == 1)
            let gradients = try exchange.finish()
            #expect(gradients[0].values == [0, 0, 6, 6, 0, 0, 0, 0, 6, 6])
            #expect(gradients[1].values == [0, 0, 0, 0] && gradients[2].values.allSatisfy { $0 == 6 })
        }
        #expect(group.sums.withLock { $0 } == [14, 14])
    }

    @Test("Sums in bfloat16 are the same everywhere, and right to three digits")
    func halves() throws {
        let sums = try InProcessGroup.run(3) { group in
            let exchange = GradientExchange(group, as: .bf16, bucketBytes: 1 << 20)
            let weight = Tensor([7], repeating: 0)
            exchange.begin([(name: "w", weight: weight)])
            exchange.expect(isLast: true)
            exchange.hear(Tensor([7], (0..<7).map { 0.1 * Float($0 + group.rank) }), of: weight.identity)
            #expect(exchange.statistics.bytes == 0)
            let sum = try exchange.finish()[0].values
            #expect(exchange.statistics.bytes == 14)
            return sum
        }
        #expect(sums[0] == sums[1] && sums[0] == sums[2])
        for (index, sum) in sums[0].enumerated() {
            let right = 0.3 * Float(index + 1)
            #expect(abs(sum - right) < right / 128, "\(sums[0])")
        }
    }

    @Test("Work is cut where costs are nearest to equal, and nothing is left out")
    func parts() {
        #expect(WorkParts.cut([1, 1, 1, 1], into: 2) == [0..<2, 2..<4])
        #expect(WorkParts.cut([9, 1, 1, 1], into: 2) == [0..<1, 1..<4])
        #expect(WorkParts.cut([5, 5], into: 4).filter { !$0.isEmpty } == [0..<1, 1..<2])
        #expect(WorkParts.cut([Int](), into: 3) == [0..<0, 0..<0, 0..<0])
        var generator = SeededNumbers(seed: 3)
        for _ in 0..<200 {
            let costs = (0..<Int.random(in: 0...70, using: &generator)).map { _ in
                Int.random(in: 1...99, using: &generator)
            }
            let count = Int.random(in: 1...9, using: &generator)
            let parts = WorkParts.cut(costs, into: count)
            #expect(parts.count == count && parts.flatMap { Array($0) } == Array(costs.indices))
            let fair = costs.reduce(0, +) / count
            for part in parts { #expect(abs(costs[part].reduce(0, +) - fair) <= (costs.max() ?? 0) + 1) }
        }
    }

    @Test("What a sum costs is reckoned from measured ones")
    func cost() {
        let cost = ExchangeCost(latency: 10e-6, bandwidth: 1e9)
        let (small, large) = (
            (bytes: 4, seconds: cost.seconds(4, processes: 2)),
            (bytes: 1 << 20, seconds: cost.seconds(1 << 20, processes: 2))
        )
        let measured = ExchangeCost(small: small, large: large, processes: 2)
        #expect(abs(measured.latency / cost.latency - 1) < 0.01 && abs(measured.bandwidth / cost.bandwidth - 1) < 0.01)
        #expect(cost.seconds(1, processes: 1) == 0)
        #expect(abs(cost.seconds(1_000_000, processes: 1024, messages: 2) - (400e-6 + 2e-3 * 1023 / 1024)) < 1e-9)
    }
}
