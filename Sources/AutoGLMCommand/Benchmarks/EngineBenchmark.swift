// SPDX-License-Identifier: Apache-2.0

/// A measure of the engine.
protocol EngineBenchmark: Sendable {
    /// Warms up, measures so many times, and sums up.
    ///
    /// - Throws: What the engine throws; ``CommandError`` when what was to be measured did not happen.
    func rows(runs: Int) async throws -> [BenchmarkRow]
}

extension EngineBenchmark {
    /// Takes several samples and says so on stderr.
    func repeated<Sample>(
        _ runs: Int, of name: String, _ sample: () async throws -> Sample
    ) async throws -> [Sample] {
        var samples: [Sample] = []
        for run in 1...runs {
            samples.append(try await sample())
            Console.note("\(name): run \(run) of \(runs)")
        }
        return samples
    }
}
